/**
 * Where each day stands on the timeline, from counts alone: the scrollbar is right before any item is
 * loaded. Pure functions; all lengths are CSS pixels.
 *
 * @typedef {import("../api.js").Day} Day
 * @typedef {{day: string, count: number, columns: number, top: number, left: number, width: number, height: number}} Section
 * @typedef {{sections: Section[], tile: number, gap: number, headingHeight: number, height: number}} Layout
 */

const HEADING_HEIGHT = 52;
const SPACE_BELOW_DAY = 20;
const SPACE_BETWEEN_DAYS = 24;
const LEAST_COLUMNS_TO_SHARE = 5;

/**
 * Days from top to bottom; on wide screens, days of a few tiles share a row.
 * @param {Day[]} days
 * @param {number} width
 * @returns {Layout}
 */
export function layOut(days, width) {
  const gap = width < 600 ? 3 : 6;
  const columns = columnsIn(width, gap);
  const tile = (width - gap * (columns - 1)) / columns;
  /** @type {Section[]} */
  const sections = [];
  let top = 0;
  for (const { day, count } of days) {
    const used = Math.min(count, columns);
    const rows = Math.ceil(count / columns);
    const room = { width: used * (tile + gap) - gap, height: HEADING_HEIGHT + rows * (tile + gap) - gap + SPACE_BELOW_DAY };
    const before = sections.at(-1);
    const left = before ? before.left + before.width + SPACE_BETWEEN_DAYS : 0;
    const sharesRow = before && rows === 1 && columns >= LEAST_COLUMNS_TO_SHARE
      && before.count < columns && left + room.width <= width + 0.5;
    sections.push({ day, count, columns: used, top: sharesRow ? before.top : top, left: sharesRow ? left : 0, ...room });
    top = sharesRow ? top : top + room.height;
  }
  return { sections, tile, gap, headingHeight: HEADING_HEIGHT, height: top };
}

/** @param {number} width @param {number} gap */
function columnsIn(width, gap) {
  if (width < 600) return width < 340 ? 2 : 3;
  return Math.max(4, Math.floor((width + gap) / (184 + gap)));
}

/**
 * The sections that touch the stretch from `start` to `end`.
 * @param {Layout} layout @param {number} start @param {number} end
 */
export function sectionsBetween({ sections }, start, end) {
  let low = 0;
  let high = sections.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sections[middle].top + sections[middle].height <= start) low = middle + 1;
    else high = middle;
  }
  const found = [];
  for (let at = low; at < sections.length && sections[at].top < end; at += 1) found.push(sections[at]);
  return found;
}

/**
 * Which tiles of a section lie between `start` and `end`: [first, last), whole rows.
 * @param {Layout} layout @param {Section} section @param {number} start @param {number} end
 * @returns {[number, number]}
 */
export function tilesBetween({ tile, gap, headingHeight }, section, start, end) {
  const tilesTop = section.top + headingHeight;
  const firstRow = Math.max(0, Math.floor((start - tilesTop) / (tile + gap)));
  const lastRow = Math.max(0, Math.ceil((end - tilesTop) / (tile + gap)));
  return [Math.min(section.count, firstRow * section.columns), Math.min(section.count, lastRow * section.columns)];
}

/**
 * A tile's place within its section.
 * @param {Layout} layout @param {Section} section @param {number} index
 */
export function tilePlace({ tile, gap, headingHeight }, section, index) {
  const row = Math.floor(index / section.columns);
  const column = index % section.columns;
  return { left: column * (tile + gap), top: headingHeight + row * (tile + gap) };
}
