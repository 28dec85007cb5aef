/** Numbers, sizes and dates as people read them. Pure functions. */

const LOCALE = "en-GB";
const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"];

const DAY_PARTS = {
  long: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  medium: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  short: { day: "numeric", month: "short", year: "numeric" },
};

/** @param {number} value */
export const number = (value) => value.toLocaleString(LOCALE);

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

/**
 * What stands beside a day: its tiles, and all files behind them where groups are collapsed.
 * @param {{count: number, items?: number}} day "12", "12 · 30 files", "" for one file
 */
export function countOfDay({ count, items = count }) {
  if (items > count) return `${number(count)} · ${counted(items, "file")}`;
  return count > 1 ? number(count) : "";
}

/** @param {number} bytes "1.2 GB", in powers of 1000 as disks are sold */
export function size(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${unit === 0 && bytes === 1 ? "byte" : UNITS[unit]}`;
}

/** @param {{bytes: number, expected: ?number}} file "12.3 MB of 40.0 MB"; who sends in chunks announces nothing */
export const arrived = ({ bytes, expected }) => (expected ? `${size(bytes)} of ${size(expected)}` : size(bytes));

/** @param {string} day "2024-05-17" or "unknown" @param {keyof typeof DAY_PARTS} [length] */
export function day(day, length = "long") {
  if (day === "unknown") return "Unknown date";
  // A local day has no time zone: read and written as UTC it stays the same day everywhere.
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  return new Intl.DateTimeFormat(LOCALE, { ...DAY_PARTS[length], timeZone: "UTC" }).format(date);
}

/** @param {import("./api.js").Item} item the camera's own clock, never the visitor's zone */
export function takenAt(item) {
  if (!item.taken_at) return "Unknown date";
  const time = item.taken_at.slice(11, 19);
  return [day(item.taken_at.slice(0, 10)), time].filter(Boolean).join(", ");
}

/** @param {import("./api.js").Item} item where the date comes from, in words */
export function takenAtSource(item) {
  if (!item.taken_at_source) return "Nothing in this file says when it was made";
  const words = { "file name": "From the file’s name", "client mtime": "From the file’s modification time" };
  return words[item.taken_at_source] ?? `Recorded in the file (${item.taken_at_source})`;
}

/** @param {number} seconds "1:05" */
export function duration(seconds) {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, "0") : String(part))).join(":");
}

/** @param {{lat: number, lon: number}} gps "52.52000° N, 13.40500° E" */
export function position(gps) {
  const lat = `${Math.abs(gps.lat).toFixed(5)}° ${gps.lat < 0 ? "S" : "N"}`;
  return `${lat}, ${Math.abs(gps.lon).toFixed(5)}° ${gps.lon < 0 ? "W" : "E"}`;
}

/** @param {import("./api.js").Camera} camera the maker is not said twice ("Canon Canon EOS 5D") */
export function camera(camera) {
  const { make, model } = camera;
  if (!make || !model) return make ?? model ?? "";
  const maker = make.split(" ")[0];
  return model.toLowerCase().startsWith(maker.toLowerCase()) ? model : `${make} ${model}`;
}

/** @param {import("./api.js").Item} item what a screen reader says for the picture */
export const altText = (item) => `${item.name}, ${takenAt(item)}`;
