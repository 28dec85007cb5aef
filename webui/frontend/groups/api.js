/**
 * Shots, bursts and decisions of the JSON API.
 *
 * @typedef {import("../api.js").Item} Item
 * @typedef {{id: string, kind: ?string, cover: string, members: Item[], why: string[], locked: boolean}} Group
 * @typedef {"shots" | "bursts"} Sort
 * @typedef {{decision?: number, decisions?: number[]}} Decided
 */
import { get, post } from "../api.js";

/** @param {Sort} sort @param {string} id @returns {Promise<Group>} the cover first */
export const getGroup = (sort, id) => get(`${sort}/${id}`);

/** @param {Sort} sort @param {string} id @param {object} change @returns {Promise<Decided>} */
export const changeGroup = (sort, id, change) => post(`${sort}/${id}`, change);

/** @param {Sort} sort @param {string[]} ids of the groups that become one @returns {Promise<Decided>} */
export const merge = (sort, ids) => post(sort, { merge: ids });

/** @param {Sort} sort @param {string} id @param {string[]} items that become a group of their own @returns {Promise<Decided>} */
export const split = (sort, id, items) => post(`${sort}/${id}/split`, { items });

/** @param {number} decision */
export const undo = (decision) => post(`decisions/${decision}/undo`);

/** @param {string} id @param {boolean} favourite @returns {Promise<Decided>} */
export const setFavourite = (id, favourite) => say(id, { favourite });

/** @param {string} id @param {object} words what is said of an item beside its file @returns {Promise<Decided>} */
export const say = (id, words) => post(`items/${id}`, words);
