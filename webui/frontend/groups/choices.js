/** What can be done with chosen tiles, on whichever page they were chosen. */
import { addToAlbum } from "../albums/actions.js";
import * as format from "../format.js";
import * as api from "./api.js";
import { groupOf } from "./words.js";

/** @typedef {import("../api.js").Item} Item */

const shotsOf = (items) => [...new Set(items.map((item) => item.shot_id))];

/** @param {import("./deeds.js").Deeds} deeds @returns {import("./selection-bar.js").Choice[]} */
export const choicesOf = (deeds) => [
  { label: "Add to album", run: (items) => addToAlbum(items, deeds) },
  {
    label: "Merge into one shot",
    least: 2,
    run: (items) => deeds.carryOut(`${format.number(items.length)} merged into one shot.`, () => api.merge("shots", shotsOf(items))),
  },
  {
    label: "Stack as a burst",
    least: 2,
    run: (items) => deeds.carryOut(`${format.number(items.length)} stacked as a burst.`, () => api.merge("bursts", shotsOf(items))),
  },
  {
    label: "Separate",
    isFor: (items) => items.length === 1 && groupOf(items[0]) !== null,
    run: ([item]) => deeds.carryOut("Each stands alone now.", () => separate(item)),
  },
];

/** Take a tile's group apart. @param {Item} item */
const separate = (item) => (item.burst
  ? api.changeGroup("bursts", item.burst.id, { ungroup: "all" })
  : api.changeGroup("shots", item.shot_id, { ungroup: "all" }));
