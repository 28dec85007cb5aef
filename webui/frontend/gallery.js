/** A page of tiles with all that belongs to it: viewer, choosing, messages. The timeline, a memory, an album. */
import "photoswipe/style.css";
import "./styles/timeline.css";
import "./styles/groups.css";
import "./styles/viewer.css";
import { element } from "./dom.js";
import { Choosing } from "./groups/choosing.js";
import { Deeds } from "./groups/deeds.js";
import { Selection } from "./groups/selection.js";
import { SelectionBar } from "./groups/selection-bar.js";
import { Grid } from "./timeline/grid.js";
import { Shelves } from "./timeline/shelves.js";
import { Toasts } from "./toasts.js";
import { Viewer } from "./viewer/viewer.js";

/**
 * @typedef {import("./api.js").Day} Day
 * @typedef {{
 *   getDays: () => Promise<Day[]>,
 *   getPage: (day: string, cursor: ?string, limit: number) => Promise<import("./api.js").Page>,
 *   dayOf?: (item: import("./api.js").Item) => string,
 * }} Source where the tiles come from
 */
export class Gallery {
  /**
   * @param {Element} parent
   * @param {Source} source
   * @param {(days: Day[]) => void} onShown hears of what there is each time it was read
   */
  constructor(parent, source, onShown) {
    this.source = source;
    this.onShown = onShown;
    this.isBehind = false;
    const root = element("div", { class: "grid" });
    parent.append(root);
    this.selection = new Selection();
    this.deeds = new Deeds(new Toasts(), () => this.update());
    this.shelves = new Shelves(source.getPage, source.dayOf);
    this.grid = new Grid(root, this.shelves, (day, index) => this.viewer.open(day, index), this.selection);
    this.viewer = new Viewer(this.grid, this.shelves, this.deeds, () => this.#catchUp());
    new Choosing(this.grid, this.selection, this.deeds);
  }

  /** What can be done with chosen tiles. @param {import("./groups/selection-bar.js").Choice[]} choices */
  offer(choices) {
    new SelectionBar(this.selection, choices);
  }

  /** What begins the choosing, for those who do not know the long press or the key. */
  chooseButton() {
    const button = element("button", { class: "button button-quiet button-small", type: "button" }, "Choose");
    button.addEventListener("click", () => this.selection.begin());
    return button;
  }

  /** Show what there is now. While the viewer is open the grid waits: its places must not shift. */
  async update() {
    if (this.viewer.isOpen) {
      this.isBehind = true;
      return this.viewer.refresh();
    }
    const days = await this.source.getDays();
    // Items first: with the counts first, empty places would flash up where the new items belong.
    await this.grid.refresh();
    this.grid.setDays(days);
    this.onShown(days);
  }

  async #catchUp() {
    if (!this.isBehind) return;
    this.isBehind = false;
    await this.update().catch(() => { this.isBehind = true; });
  }
}
