/**
 * What the Grouping page asks and sets.
 *
 * @typedef {{id: string, camera: string, sentence: string, shift_s: number, pictures: number, matched: number,
 *   applied: boolean, decision: ?number}} ClockSuggestion
 * @typedef {{id: number, at: string, words: string, undone_at: ?string}} Decision
 */
import { get, post } from "../api.js";

/** @returns {Promise<{burst_window_s: number}>} */
export const getGrouping = () => get("grouping");

/** @param {number} seconds */
export const setBurstWindow = (seconds) => post("grouping", { burst_window_s: seconds });

/** @returns {Promise<ClockSuggestion[]>} */
export const getClocks = async () => (await get("clock-suggestions")).suggestions;

/** Shift all pictures of a camera. @param {string} id @returns {Promise<import("../groups/api.js").Decided>} */
export const applyClock = (id) => post(`clock-suggestions/${id}`);

/** @returns {Promise<Decision[]>} newest first */
export const getDecisions = async () => (await get("decisions")).decisions;
