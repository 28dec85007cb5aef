/** The page of one album, in the order that people chose. */
import "../styles/collections.css";
import { CollectionPage } from "../collections/page.js";
import { moved } from "../collections/words.js";
import * as format from "../format.js";
import { actionsOf } from "./actions.js";
import * as api from "./api.js";

const { id } = /** @type {HTMLElement} */ (document.querySelector("#album")).dataset;
const page = new CollectionPage(document.querySelector("#album"), () => api.getAlbum(id), {
  isByDay: false,
  actionsOf: (album) => actionsOf(album, page.deeds),
});
const { deeds } = page;

/** One place to the front or back; the photo stays chosen, for the next step. @param {number} step */
const move = (step) => async ([item]) => {
  const order = moved(page.one.items.map((one) => one.id), item.id, step);
  await deeds.carryOut(`${item.name} moved.`, () => api.changeAlbum(id, { order }));
};

const isOne = (items) => items.length === 1;
page.gallery.offer([
  { label: "Move forward", isFor: isOne, run: move(-1) },
  { label: "Move back", isFor: isOne, run: move(1) },
  { label: "Use as cover", isFor: isOne, run: ([item]) => deeds.carryOut(`${item.name} is the cover now.`, () => api.changeAlbum(id, { cover: item.id })) },
  {
    label: "Take out",
    run: (items) => deeds.carryOut(`${format.counted(items.length, "photo")} taken out.`, () => api.changeAlbum(id, { remove: items.map((item) => item.id) })),
  },
]);
page.start();
