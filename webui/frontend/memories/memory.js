/** The page of one memory. */
import "../styles/collections.css";
import { CollectionPage } from "../collections/page.js";
import { askLine, pickOne } from "../dialogs.js";
import * as format from "../format.js";
import { choicesOf } from "../groups/choices.js";
import { actionsOf } from "./actions.js";
import * as api from "./api.js";

const { id } = /** @type {HTMLElement} */ (document.querySelector("#memory")).dataset;
const getOthers = async () => (await api.getMemories()).memories.filter((one) => one.id !== id);

const page = new CollectionPage(document.querySelector("#memory"), () => api.getMemory(id), {
  isByDay: true,
  actionsOf: (memory) => actionsOf(memory, getOthers, page.deeds),
});

const photos = (items) => format.counted(items.length, "photo");
const idsOf = (items) => items.map((item) => item.id);

/** @param {import("../api.js").Item[]} items */
async function splitOff(items) {
  const title = await askLine("A memory of their own", { label: "Title", button: "Split off" });
  return title !== null && page.deeds.carryOut(`${photos(items)} split off as ${title}.`, () => api.makeMemory(title, idsOf(items)));
}

/** @param {import("../api.js").Item[]} items */
async function moveElsewhere(items) {
  const others = await getOthers();
  const wanted = await pickOne("Move to", others.map((one) => ({ id: one.id, words: one.title })));
  const other = others.find((one) => one.id === wanted);
  return other && page.deeds.carryOut(`${photos(items)} moved to ${other.title}.`, () => api.moveTo(other.id, idsOf(items)));
}

page.gallery.offer([
  { label: "Split off", run: splitOff },
  { label: "Move to…", run: moveElsewhere },
  { label: "Take out", run: (items) => page.deeds.carryOut(`${photos(items)} taken out.`, () => api.takeOut(id, idsOf(items))) },
  {
    label: "Use as cover",
    isFor: (items) => items.length === 1,
    run: ([item]) => page.deeds.carryOut(`${item.name} is the cover now.`, () => api.changeMemory(id, { cover: item.id })),
  },
  ...choicesOf(page.deeds),
]);
page.start();
