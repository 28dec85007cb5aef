/**
 * The JSON API as functions. An expired login leads to the login page from wherever it is noticed.
 *
 * @typedef {{day: string, count: number, items?: number, title?: string}} Day
 *   ``count`` is of tiles, ``items`` of all behind them; a title stands where there is no date
 * @typedef {{make: ?string, model: ?string, lens: ?string}} Camera
 * @typedef {{path: string, at: string, door: "share" | "browser" | "import"}} Upload
 * @typedef {{
 *   id: string, name: string, kind: "image" | "raw" | "video" | "other", mime: string, size_bytes: number,
 *   width: ?number, height: ?number, taken_at: ?string, taken_at_source: ?string, utc_offset: ?string,
 *   camera: Camera, gps: ?{lat: number, lon: number}, duration_s: ?number, thumbhash: ?string,
 *   state: "pending" | "ready" | "failed", failure: ?{step: string, reason: string}, uploads: Upload[],
 *   shot_id: string, shot: ?{kind: ?string, count: number}, burst: ?{id: string, kind: string, count: number},
 *   motion: boolean, favourite: boolean, rotation: number,
 *   title?: ?string, rating?: ?number, shift_s?: number, group?: ?{members: string[]}
 * }} Item
 * @typedef {{items: Item[], next: ?string}} Page
 * @typedef {{count: number, bytes: number}} Tally
 * @typedef {{
 *   version: number, items: number, originals: Tally, duplicates: Tally,
 *   queue: {pending: number, running: number, failed: number},
 *   grouping: {pending: number}, tending: {pending: number}, television: {pending: number},
 *   receiving: {path: string, bytes: number, expected: ?number}[]
 * }} Status
 */

const ROOT = "/api/v1/";

/** A refusal of the API; the message is a sentence for people. */
export class ApiError extends Error {
  /** @param {number} status @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** @param {string} path @param {RequestInit} [options] */
async function call(path, options = {}) {
  const headers = { "X-Requested-With": "photocloud", ...options.headers };
  const answer = await fetch(ROOT + path, { ...options, headers });
  if (answer.status === 401) {
    location.assign("/login");
  }
  const value = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) {
    throw new ApiError(answer.status, value.error.code, value.error.message);
  }
  return value;
}

/** @param {string} path @param {Record<string, string | number | null | undefined>} [query] */
export function get(path, query = {}) {
  const asked = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return call(path + (asked.length ? `?${new URLSearchParams(asked)}` : ""));
}

/** @type {?Promise<string>} the token that changes need, asked for once */
let token = null;

/** Change something. @param {"POST" | "DELETE"} method @param {string} path @param {object} [value] */
async function change(method, path, value) {
  token ??= get("session").then((session) => session.csrf_token);
  try {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": await token };
    return await call(path, { method, headers, body: value && JSON.stringify(value) });
  } catch (error) {
    // Whoever has logged in anew in another tab has another token.
    token = null;
    throw error;
  }
}

/** @param {string} path @param {object} [value] */
export const post = (path, value = {}) => change("POST", path, value);

/** @param {string} path */
export const remove = (path) => change("DELETE", path);

/** @returns {Promise<Status>} */
export const getStatus = () => get("status");

/**
 * One count for each tile: groups are collapsed.
 * @param {Record<string, string>} [filters] facets @returns {Promise<Day[]>} newest first, "unknown" last
 */
export const getDays = async (filters = {}) => (await get("timeline", { collapsed: 1, ...filters })).days;

/**
 * The tiles of a day: each a cover that tells how much stands behind it.
 * @param {string} day @param {?string} cursor @param {number} limit @param {Record<string, string>} [filters] @returns {Promise<Page>}
 */
export const getPage = (day, cursor, limit, filters = {}) => get("items", { day, cursor, limit, collapsed: 1, ...filters });

/** @param {string} id @returns {Promise<Item>} with its uploads */
export const getItem = (id) => get(`items/${id}`);

const TURNED = new Set(["thumbnail", "preview", "full"]);

/**
 * A picture that was turned has another address: browsers keep what they have.
 * @param {{id: string, rotation?: number}} item @param {"original" | "thumbnail" | "preview" | "full" | "clip" | "playable"} what
 */
export const mediaAddress = (item, what) => `${ROOT}items/${item.id}/${what}${item.rotation && TURNED.has(what) ? `?rotation=${item.rotation}` : ""}`;

/**
 * Why a video does not play: it is there, it is being made, or it will never be.
 * @param {Item} item @returns {Promise<"ready" | "pending" | "never">}
 */
export async function playableState(item) {
  const answer = await fetch(mediaAddress(item, "playable"), { headers: { Range: "bytes=0-0" } });
  if (answer.ok) return "ready";
  const { error } = await answer.json();
  return error.code === "not_ready" ? "pending" : "never";
}

/** @param {Item} item */
export const downloadAddress = (item) => `${mediaAddress(item, "original")}?download=1`;
