/** How people choose tiles: by checkbox, by a long press, by Shift and a click, by the key X. */
import { setFavourite } from "./api.js";

const LONG_PRESS_MS = 450;
const STEADY_PX = 10;

export class Choosing {
  /**
   * @param {import("../timeline/grid.js").Grid} grid
   * @param {import("./selection.js").Selection} selection
   * @param {import("./deeds.js").Deeds} deeds
   */
  constructor(grid, selection, deeds) {
    this.grid = grid;
    this.selection = selection;
    this.deeds = deeds;
    this.timer = 0;
    this.wasLong = false;
    const { root } = grid;
    // Before the grid, which would open the viewer.
    root.addEventListener("click", (event) => this.#clicked(event), { capture: true });
    root.addEventListener("keydown", (event) => this.#pressed(event));
    root.addEventListener("pointerdown", (event) => this.#touched(event));
    root.addEventListener("contextmenu", (event) => this.wasLong && event.preventDefault());
    for (const type of ["pointerup", "pointercancel", "pointermove"]) {
      root.addEventListener(type, (event) => this.#moved(event));
    }
    addEventListener("keydown", (event) => event.key === "Escape" && selection.isOn && selection.clear());
    selection.onChange(() => this.#show());
  }

  #show() {
    this.grid.root.classList.toggle("is-choosing", this.selection.isOn);
    this.grid.draw();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const { target } = event;
    const place = this.grid.placeOf(target);
    const isCheck = target instanceof HTMLInputElement;
    const isMeant = isCheck || event.shiftKey || this.selection.isOn || this.wasLong;
    if (!place?.item || !isMeant || event.ctrlKey || event.metaKey) return;
    event.stopPropagation();
    if (!isCheck) event.preventDefault();
    if (this.wasLong) this.wasLong = false;
    else if (event.shiftKey) this.selection.extendTo(place.item, this.grid.shelves.loaded(place.day));
    else this.selection.toggle(place.item);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const item = this.grid.placeOf(event.target)?.item;
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "x") this.selection.toggle(item);
    if (event.key === "f") favour(this.deeds, item);
  }

  /** @param {PointerEvent} event */
  #touched(event) {
    this.wasLong = false;
    const item = this.grid.placeOf(event.target)?.item;
    if (event.pointerType !== "touch" || !item) return;
    this.start = [event.clientX, event.clientY];
    this.timer = window.setTimeout(() => {
      this.wasLong = true;
      this.selection.toggle(item);
    }, LONG_PRESS_MS);
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    const isSteady = event.type === "pointermove" && this.start
      && Math.hypot(event.clientX - this.start[0], event.clientY - this.start[1]) < STEADY_PX;
    if (!isSteady) clearTimeout(this.timer);
  }
}

/** Make an item a favourite, or no longer. @param {import("./deeds.js").Deeds} deeds @param {import("../api.js").Item} item */
export function favour(deeds, item) {
  const wanted = !item.favourite;
  const words = wanted ? `${item.name} is a favourite.` : `${item.name} is no longer a favourite.`;
  return deeds.carryOut(words, () => setFavourite(item.id, wanted));
}
