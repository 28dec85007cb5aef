/** What people do with a memory, on its card and on its page. */
import { askLine, pickOne } from "../dialogs.js";
import * as format from "../format.js";
import * as api from "./api.js";

/** @typedef {import("../groups/deeds.js").Deeds} Deeds */

/** @param {api.Memory} memory @param {() => Promise<api.Memory[]>} getOthers @param {Deeds} deeds @returns {import("../collections/card.js").CardAction[]} */
export function actionsOf(memory, getOthers, deeds) {
  const change = (words, wanted) => deeds.carryOut(words, () => api.changeMemory(memory.id, wanted));
  return [
    { label: "Rename", run: () => rename(memory, deeds) },
    memory.pinned
      ? { label: "Unpin", run: () => change(`${memory.title} is no longer pinned.`, { pinned: false }) }
      : { label: "Pin", run: () => change(`${memory.title} is pinned.`, { pinned: true }) },
    memory.hidden
      ? { label: "Show again", run: () => change(`${memory.title} is shown again.`, { hidden: false }) }
      : { label: "Hide", run: () => change(`${memory.title} is hidden.`, { hidden: true }) },
    { label: "Merge with…", run: async () => mergeWith(memory, await getOthers(), deeds) },
  ];
}

/** @param {api.Memory} memory @param {Deeds} deeds */
async function rename(memory, deeds) {
  const title = await askLine("Rename this memory", { value: memory.title, label: "Title", button: "Rename" });
  if (title && title !== memory.title) await deeds.carryOut(`Renamed to ${title}.`, () => api.changeMemory(memory.id, { title }));
}

/** @param {api.Memory} memory @param {api.Memory[]} memories @param {Deeds} deeds */
async function mergeWith(memory, memories, deeds) {
  const others = memories.filter(({ id }) => id !== memory.id);
  const id = await pickOne(`Merge ${memory.title} with`, others.map((one) => ({ id: one.id, words: one.title })));
  const other = others.find((one) => one.id === id);
  if (other) await deeds.carryOut(`${other.title} is part of ${memory.title} now.`, () => api.mergeMemories(memory.id, [other.id]));
}

/**
 * Put photos into another memory, or a new one; they leave the one they are in.
 * @param {import("../api.js").Item[]} items @param {Deeds} deeds @param {string} [hereId] the memory that they shall leave
 */
export async function moveToMemory(items, deeds, hereId) {
  const others = (await api.getMemories()).memories.filter(({ id }) => id !== hereId);
  const wanted = await pickOne("Move to memory", others.map((one) => ({ id: one.id, words: one.title })), "New memory");
  if (wanted === "") return makeMemory(items, deeds);
  const other = others.find((one) => one.id === wanted);
  const photos = format.counted(items.length, "photo");
  return other && deeds.carryOut(`${photos} moved to ${other.title}.`, () => api.moveTo(other.id, items.map(({ id }) => id)));
}

/** Make photos a memory of their own. @param {import("../api.js").Item[]} items @param {Deeds} deeds */
export async function makeMemory(items, deeds) {
  const title = await askLine("A memory of their own", { label: "Title", button: "Make memory" });
  const photos = format.counted(items.length, "photo");
  return title !== null && deeds.carryOut(`${photos} in the new memory ${title}.`, () => api.makeMemory(title, items.map(({ id }) => id)));
}
