/** The timeline page: puts the parts together. Which part does what is in the names of the modules. */
import "photoswipe/style.css";
import "./styles/timeline.css";
import "./styles/groups.css";
import "./styles/viewer.css";
import { getDays, getPage } from "./api.js";
import { Arrivals } from "./arrivals.js";
import { element } from "./dom.js";
import { Choosing } from "./groups/choosing.js";
import { Deeds } from "./groups/deeds.js";
import { Selection } from "./groups/selection.js";
import { SelectionBar } from "./groups/selection-bar.js";
import { choicesOf } from "./groups/choices.js";
import { startLive } from "./live.js";
import { StatusLine } from "./status-line.js";
import { Grid } from "./timeline/grid.js";
import { Shelves } from "./timeline/shelves.js";
import { Toasts } from "./toasts.js";
import { Viewer } from "./viewer/viewer.js";

const SCROLL_KEY = "photocloud.scroll";

const library = document.querySelector("#library");
const empty = document.querySelector("#empty");
const root = element("div", { class: "grid" });
library.append(root);

const shelves = new Shelves(getPage);
const selection = new Selection();
const deeds = new Deeds(new Toasts(), update);
const grid = new Grid(root, shelves, (day, index) => viewer.open(day, index), selection);
const viewer = new Viewer(grid, shelves, deeds, catchUp);
new Choosing(grid, selection, deeds);
new SelectionBar(selection, choicesOf(deeds));
const statusLine = new StatusLine(document.querySelector("#status"));
const arrivals = new Arrivals(document.querySelector("#arrivals"), document.querySelector("#arrivals-spoken"));

let isFirst = true;
let isBehind = false;

/** Show what the library holds now. While the viewer is open the grid waits: its places must not shift. */
async function update() {
  if (viewer.isOpen) {
    isBehind = true;
    return viewer.refresh();
  }
  const days = await getDays();
  // Items first: with the counts first, empty places would flash up where the new items belong.
  await grid.refresh();
  grid.setDays(days);
  empty.hidden = days.length > 0;
  if (isFirst) await restore();
}

async function catchUp() {
  if (!isBehind) return;
  isBehind = false;
  await update().catch(() => { isBehind = true; });
}

/** After a reload: the same place, or the item that the address names. */
async function restore() {
  isFirst = false;
  const [navigation] = performance.getEntriesByType("navigation");
  const top = Number(sessionStorage.getItem(SCROLL_KEY));
  if (top && navigation?.type !== "navigate") scrollTo({ top, behavior: "instant" });
  await viewer.openFromAddress();
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
