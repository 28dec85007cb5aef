/** What people do with albums, wherever they are shown. */
import { askLine, pickOne } from "../dialogs.js";
import * as format from "../format.js";
import * as api from "./api.js";

/** @typedef {import("../groups/deeds.js").Deeds} Deeds */

/** @param {api.Album} album @param {Deeds} deeds @returns {import("../collections/card.js").CardAction[]} */
export const actionsOf = (album, deeds) => [
  { label: "Rename", run: () => rename(album, deeds) },
  { label: "Delete album", run: () => deeds.carryOut(`${album.title} is deleted; its photos stay.`, () => api.deleteAlbum(album.id)) },
];

/** @param {api.Album} album @param {Deeds} deeds */
async function rename(album, deeds) {
  const title = await askLine("Rename this album", { value: album.title, label: "Title", button: "Rename" });
  if (title && title !== album.title) await deeds.carryOut(`Renamed to ${title}.`, () => api.changeAlbum(album.id, { title }));
}

/** Put chosen photos into an album, or into a new one. @param {import("../api.js").Item[]} items @param {Deeds} deeds */
export async function addToAlbum(items, deeds) {
  const albums = await api.getAlbums();
  const ids = items.map((item) => item.id);
  const wanted = albums.length
    ? await pickOne("Add to album", albums.map((one) => ({ id: one.id, words: one.title })), "New album")
    : "";
  if (wanted === null) return false;
  const photos = format.counted(items.length, "photo");
  const album = albums.find((one) => one.id === wanted);
  if (album) return deeds.carryOut(`${photos} added to ${album.title}.`, () => api.changeAlbum(album.id, { add: ids }));
  const title = await askLine("New album", { label: "Title", button: "Make album" });
  return title !== null && deeds.carryOut(`${photos} in the new album ${title}.`, () => api.makeAlbum(title, ids));
}
