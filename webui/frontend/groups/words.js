/** Groups in words: what a tile's badge says, what the viewer says. Pure functions. */
import * as format from "../format.js";

const SHOT_WORDS = { raw: "RAW+JPEG", live: "Live", edit: "Edited" };
const BURST_WORDS = { burst: "Burst", bracket: "Bracket", panorama: "Panorama" };

const ROW_WORDS = {
  shots: { title: "One shot", member: "file", endAll: "Separate all", endedAll: "Each file stands alone now." },
  bursts: { title: "Burst", member: "shot", endAll: "Unstack", endedAll: "Each shot stands alone now." },
};

/** What the viewer says of shots and of bursts. @param {"shots" | "bursts"} sort */
export const wordsOf = (sort) => ROW_WORDS[sort];

/**
 * What stands behind a tile.
 * @param {import("../api.js").Item} item
 * @returns {?{sort: "shots" | "bursts", count: number, word: string, label: string}} null for what stands alone
 */
export function groupOf({ burst, shot }) {
  if (burst?.count > 1) {
    const word = BURST_WORDS[burst.kind] ?? BURST_WORDS.burst;
    return { sort: "bursts", count: burst.count, word, label: `${word} of ${format.counted(burst.count, "shot")}` };
  }
  if (!(shot?.count > 1)) return null;
  const word = SHOT_WORDS[shot.kind] ?? "";
  const label = [word, `${format.counted(shot.count, "file")} of one shot`].filter(Boolean).join(", ");
  return { sort: "shots", count: shot.count, word, label };
}

/**
 * Why the members are together, as one text for people.
 * @param {string[]} why sentences without an end @param {boolean} isLocked
 */
export function whyTogether(why, isLocked) {
  const text = `Together because: ${[...new Set(why)].join("; ")}.`;
  return isLocked ? `${text} Locked: new files do not change it.` : text;
}
