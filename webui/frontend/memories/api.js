/**
 * Memories of the JSON API.
 *
 * @typedef {import("../collections/card.js").Collection} Memory
 * @typedef {import("../groups/api.js").Decided} Decided
 */
import { get, post } from "../api.js";

/** All of them, page by page. @returns {Promise<{memories: Memory[], on_this_day: Memory[]}>} */
export async function getMemories(isWithHidden = false) {
  const hidden = isWithHidden ? 1 : null;
  const { memories, on_this_day, next } = await get("memories", { hidden });
  for (let cursor = next; cursor; ) {
    const page = await get("memories", { hidden, cursor });
    memories.push(...page.memories);
    cursor = page.next;
  }
  return { memories, on_this_day };
}

/** @param {string} id @returns {Promise<Memory & {items: import("../api.js").Item[]}>} */
export const getMemory = (id) => get(`memories/${id}`);

/** @param {string} id @param {{title?: string, cover?: string, hidden?: boolean, pinned?: boolean}} change @returns {Promise<Decided>} */
export const changeMemory = (id, change) => post(`memories/${id}`, change);

/** @param {string} id @param {string[]} others that become part of it @returns {Promise<Decided>} */
export const mergeMemories = (id, others) => post(`memories/${id}`, { merge: others });

/** @param {string} title @param {string[]} items @returns {Promise<Decided & {id: string}>} */
export const makeMemory = (title, items) => post("memories", { title, items });

/** @param {string} id @param {string[]} items that become part of it @returns {Promise<Decided>} */
export const moveTo = (id, items) => post(`memories/${id}`, { add: items });

/** @param {string} id @param {string[]} items that are in no memory then @returns {Promise<Decided>} */
export const takeOut = (id, items) => post(`memories/${id}`, { remove: items });
