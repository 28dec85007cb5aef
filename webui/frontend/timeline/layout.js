/**
 * Where each day stands on the timeline, from counts alone: the scrollbar is right before any item is
 * loaded. Pure functions; all lengths are CSS pixels.
 *
 * @typedef {import("../api.js").Day} Day
 * @typedef {{
 *   day: string, count: number, title?: string, items?: number, columns: number, tile: number,
 *   top: number, left: number, width: number, height: number
 * }} Section
 * @typedef {{sections: Section[], gap: number, headingHeight: number, height: number}} Layout
 */

const HEADING_HEIGHT = 52;
const SPACE_BELOW_DAY = 20;
const LEAST_COLUMNS_TO_SHARE = 3;

/**
 * Days from top to bottom; days of a few tiles share a row. The last of a row has the rest of its width.
 * @param {Day[]} days
 * @param {number} width
 * @returns {Layout}
 */
export function layOut(days, width) {
  const gap = width < 600 ? 3 : 6;
  const columns = columnsIn(width, gap);
  /** @type {Section[]} */
  const sections = [];
  let top = 0;
  for (const row of rowsOf(days, columns)) {
    const made = sectionsOfRow(row, top, width, columns, gap);
    sections.push(...made);
    top += made[0].height;
  }
  return { sections, gap, headingHeight: HEADING_HEIGHT, height: top };
}

/** Days that stand side by side: one large day, or small ones that fill a row of tiles together. @param {Day[]} days @param {number} columns */
function rowsOf(days, columns) {
  /** @type {Day[][]} */
  const rows = [];
  let free = 0;
  for (const day of days) {
    if (day.count <= free) rows.at(-1).push(day);
    else rows.push([day]);
    const used = rows.at(-1).reduce((sum, { count }) => sum + count, 0);
    free = columns >= LEAST_COLUMNS_TO_SHARE ? columns - used : 0;
  }
  return rows;
}

/** A shared row has room between its days; its tiles are a little smaller for that. @param {Day[]} row @param {number} top @param {number} width @param {number} columns @param {number} gap */
function sectionsOfRow(row, top, width, columns, gap) {
  const rowTiles = row.length > 1 ? row.reduce((sum, { count }) => sum + count, 0) : columns;
  const space = 4 * gap;
  const spaces = gap * (rowTiles - row.length) + space * (row.length - 1);
  const tile = Math.min((width - gap * (columns - 1)) / columns, (width - spaces) / rowTiles);
  let left = 0;
  return row.map(({ day, count, title, items }, place) => {
    const used = Math.min(count, columns);
    const rows = Math.ceil(count / columns);
    const tilesWidth = used * (tile + gap) - gap;
    const section = {
      day, count, title, items, columns: used, tile, top, left,
      width: place === row.length - 1 ? width - left : tilesWidth,
      height: HEADING_HEIGHT + rows * (tile + gap) - gap + SPACE_BELOW_DAY,
    };
    left += tilesWidth + space;
    return section;
  });
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
export function tilesBetween({ gap, headingHeight }, section, start, end) {
  const { tile } = section;
  const tilesTop = section.top + headingHeight;
  const firstRow = Math.max(0, Math.floor((start - tilesTop) / (tile + gap)));
  const lastRow = Math.max(0, Math.ceil((end - tilesTop) / (tile + gap)));
  return [Math.min(section.count, firstRow * section.columns), Math.min(section.count, lastRow * section.columns)];
}

/**
 * A tile's place within its section.
 * @param {Layout} layout @param {Section} section @param {number} index
 */
export function tilePlace({ gap, headingHeight }, section, index) {
  const { tile } = section;
  const row = Math.floor(index / section.columns);
  const column = index % section.columns;
  return { left: column * (tile + gap), top: headingHeight + row * (tile + gap) };
}
