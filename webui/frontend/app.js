/** The timeline page: puts the parts together. Which part does what is in the names of the modules. */
import { getDays, getPage } from "./api.js";
import { Arrivals } from "./arrivals.js";
import { Gallery } from "./gallery.js";
import { choicesOf } from "./groups/choices.js";
import { moveToMemory } from "./memories/actions.js";
import { startLive } from "./live.js";
import { StatusLine } from "./status-line.js";
import { FilterBar } from "./timeline/filter-bar.js";

const SCROLL_KEY = "photocloud.scroll";

const empty = document.querySelector("#empty");
const filters = new FilterBar(document.querySelector("#filters"), () => gallery.update());
const source = {
  getDays: () => getDays(filters.chosen),
  getPage: (day, cursor, limit) => getPage(day, cursor, limit, filters.chosen),
};
const gallery = new Gallery(document.querySelector("#library"), source, (days) => {
  filters.show(days);
  empty.hidden = days.length > 0 || filters.isOn;
});
document.querySelector("#filters").append(gallery.chooseButton());
gallery.offer([
  ...choicesOf(gallery.deeds),
  { label: "Move to memory", run: (items) => moveToMemory(items, gallery.deeds) },
]);
const statusLine = new StatusLine(document.querySelector("#status"));
const arrivals = new Arrivals(document.querySelector("#arrivals"), document.querySelector("#arrivals-spoken"));

let isFirst = true;

async function update() {
  await gallery.update();
  if (isFirst) await restore();
}

/** After a reload: the same place, or the item that the address names. */
async function restore() {
  isFirst = false;
  const [navigation] = performance.getEntriesByType("navigation");
  const top = Number(sessionStorage.getItem(SCROLL_KEY));
  if (top && navigation?.type !== "navigate") scrollTo({ top, behavior: "instant" });
  await gallery.viewer.openFromAddress();
}

history.scrollRestoration = "manual";
addEventListener("pagehide", () => sessionStorage.setItem(SCROLL_KEY, String(scrollY)));

startLive({
  onStatus: (status) => {
    statusLine.show(status);
    arrivals.show(status.receiving);
  },
  onChange: update,
  onLost: () => statusLine.showLost(),
});
