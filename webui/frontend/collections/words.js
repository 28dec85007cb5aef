/** Memories and albums in words. Pure functions. */
import * as format from "../format.js";

/**
 * The days of a collection, as short as they can be said: "12–15 May 2024".
 * @param {?string} first "2024-05-12" @param {?string} last
 */
export function span(first, last) {
  if (!first || !last) return "";
  const [from, to] = [first, last].map((day) => new Date(`${day}T00:00:00Z`));
  const parts = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat("en-GB", parts).formatRange(from, to);
}

/** What a card says below its title, which may tell the days already. @param {{first_day: ?string, last_day: ?string, count: number, title: string}} one */
export function factsOf({ first_day: first, last_day: last, count, title }) {
  const days = span(first, last);
  const isTold = plain(title).includes(plain(days));
  return [isTold ? "" : days, format.counted(count, "photo")].filter(Boolean).join(" · ");
}

/** The same words whatever spaces and dashes. @param {string} text */
const plain = (text) => text.replaceAll(/\s*[-–]\s*/g, "-");

/**
 * The order of things after one of them was moved one place.
 * @template T @param {T[]} list @param {T} one @param {number} step @returns {T[]}
 */
export function moved(list, one, step) {
  const from = list.indexOf(one);
  const to = Math.min(list.length - 1, Math.max(0, from + step));
  const rest = list.filter((_, at) => at !== from);
  return [...rest.slice(0, to), one, ...rest.slice(to)];
}
