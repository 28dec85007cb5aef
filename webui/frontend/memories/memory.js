/** The page of one memory. */
import "../styles/collections.css";
import { CollectionPage } from "../collections/page.js";
import * as format from "../format.js";
import { choicesOf } from "../groups/choices.js";
import { actionsOf, makeMemory, moveToMemory } from "./actions.js";
import * as api from "./api.js";

const { id } = /** @type {HTMLElement} */ (document.querySelector("#memory")).dataset;
const getOthers = async () => (await api.getMemories()).memories.filter((one) => one.id !== id);

const page = new CollectionPage(document.querySelector("#memory"), () => api.getMemory(id), {
  isByDay: true,
  actionsOf: (memory) => actionsOf(memory, getOthers, page.deeds),
});

const photos = (items) => format.counted(items.length, "photo");
const idsOf = (items) => items.map((item) => item.id);

page.gallery.offer([
  { label: "Split off", run: (items) => makeMemory(items, page.deeds) },
  { label: "Move to…", run: (items) => moveToMemory(items, page.deeds, id) },
  { label: "Take out", run: (items) => page.deeds.carryOut(`${photos(items)} taken out.`, () => api.takeOut(id, idsOf(items))) },
  {
    label: "Use as cover",
    isFor: (items) => items.length === 1,
    run: ([item]) => page.deeds.carryOut(`${item.name} is the cover now.`, () => api.changeMemory(id, { cover: item.id })),
  },
  ...choicesOf(page.deeds),
]);
page.start();
