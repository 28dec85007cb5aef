/**
 * Albums of the JSON API.
 *
 * @typedef {import("../collections/card.js").Collection} Album
 * @typedef {import("../groups/api.js").Decided} Decided
 */
import { get, post, remove } from "../api.js";

/** @returns {Promise<Album[]>} */
export const getAlbums = async () => (await get("albums")).albums;

/** @param {string} id @returns {Promise<Album & {items: import("../api.js").Item[]}>} in the order that people chose */
export const getAlbum = (id) => get(`albums/${id}`);

/** @param {string} title @param {string[]} items @returns {Promise<Decided & {id: string}>} */
export const makeAlbum = (title, items) => post("albums", { title, items });

/** @param {string} id @param {{title?: string, cover?: string, add?: string[], remove?: string[], order?: string[]}} change @returns {Promise<Decided>} */
export const changeAlbum = (id, change) => post(`albums/${id}`, change);

/** @param {string} id @returns {Promise<Decided>} */
export const deleteAlbum = (id) => remove(`albums/${id}`);
