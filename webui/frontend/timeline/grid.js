/**
 * The timeline on the page. Only days and tiles near the window exist as elements, so a hundred
 * thousand items scroll like a hundred.
 */
import { element } from "../dom.js";
import * as format from "../format.js";
import { layOut, sectionsBetween, tilePlace, tilesBetween } from "./layout.js";
import { Tile } from "./tile.js";

/** @typedef {import("./layout.js").Section} Section */

const RETRY_MS = 3000;

export class Grid {
  /**
   * @param {HTMLElement} root
   * @param {import("./shelves.js").Shelves} shelves
   * @param {(day: string, index: number) => void} onOpen
   * @param {import("../groups/selection.js").Selection} selection
   */
  constructor(root, shelves, onOpen, selection) {
    this.root = root;
    this.shelves = shelves;
    this.selection = selection;
    /** @type {import("../api.js").Day[]} */
    this.days = [];
    this.layout = layOut([], root.clientWidth);
    /** @type {Map<string, DayView>} */
    this.views = new Map();
    this.isDrawPending = false;
    addEventListener("scroll", () => this.drawSoon(), { passive: true });
    new ResizeObserver(() => this.#reflow()).observe(root);
    root.addEventListener("click", (event) => this.#clicked(event, onOpen));
  }

  /** Show these days; what the visitor is looking at stays where it is. @param {import("../api.js").Day[]} days */
  setDays(days) {
    this.days = days;
    this.#reflow();
  }

  /** Load anew what is on the page; the rest when it comes into view. */
  async refresh() {
    this.shelves.markStale();
    await Promise.all([...this.views.values()].map((view) => this.shelves.refresh(view.section.day, view.last)));
    this.draw();
  }

  /** The day on which an item stands here. @param {import("../api.js").Item} item */
  dayOf(item) {
    return this.shelves.dayOf(item);
  }

  /** The picture of an item, if its tile is on the page. @param {string} day @param {string} id @returns {?HTMLImageElement} */
  imageOf(day, id) {
    return this.views.get(day)?.tiles.get(id)?.image ?? null;
  }

  /** Give the keyboard back to an item's tile. @param {string} day @param {string} id */
  focusOn(day, id) {
    this.views.get(day)?.tiles.get(id)?.root.focus({ preventScroll: true });
  }

  /** Scroll until this tile is in the window, if it is not. @param {string} day @param {number} index */
  reveal(day, index) {
    const section = this.layout.sections.find((one) => one.day === day);
    if (!section) return;
    const top = this.#origin() + section.top + tilePlace(this.layout, section, index).top;
    const hidden = headerHeight() + this.layout.headingHeight;
    const isSeen = top >= scrollY + hidden && top + section.tile <= scrollY + innerHeight;
    if (!isSeen) scrollTo({ top: top - Math.max(hidden, (innerHeight - section.tile) / 2), behavior: "instant" });
    this.draw();
  }

  /** The day, the place and the item of the tile that this is a part of. @param {?EventTarget} node */
  placeOf(node) {
    const made = node instanceof Element ? node.closest(".tile, .tile-check") : null;
    for (const view of made ? this.views.values() : []) {
      const index = view.indexOf(made);
      if (index >= 0) return { day: view.section.day, index, item: this.shelves.loaded(view.section.day)[index] };
    }
    return null;
  }

  drawSoon() {
    if (this.isDrawPending) return;
    this.isDrawPending = true;
    requestAnimationFrame(() => {
      this.isDrawPending = false;
      this.draw();
    });
  }

  /** Make the elements agree with layout, scroll position and loaded items. */
  draw() {
    const start = scrollY - this.#origin() - innerHeight;
    const end = start + 3 * innerHeight;
    const near = sectionsBetween(this.layout, start, end);
    const kept = new Set(near.map((section) => section.day));
    for (const [day, view] of this.views) {
      if (kept.has(day)) continue;
      view.root.remove();
      this.views.delete(day);
    }
    let before = null;
    for (const section of near) {
      const view = this.views.get(section.day) ?? new DayView();
      this.views.set(section.day, view);
      view.draw(this.layout, section, this.shelves.loaded(section.day), tilesBetween(this.layout, section, start, end));
      view.markChosen(this.selection);
      putAfter(this.root, before, view.root);
      before = view.root;
      this.#loadFor(view);
    }
    this.shelves.forget(kept);
  }

  /** @param {DayView} view */
  #loadFor(view) {
    const { day } = view.section;
    const isShort = this.shelves.loaded(day).length < view.last;
    const isStale = this.shelves.shelves.get(day)?.isStale;
    if (view.isLoading || !(isShort || isStale)) return;
    view.isLoading = true;
    const before = this.shelves.loaded(day).length;
    const loaded = isStale ? this.shelves.refresh(day, view.last) : this.shelves.load(day, view.last - 1);
    loaded.then(
      () => {
        view.isLoading = false;
        // A day that came up short has lost items since the timeline was read: no use asking again now.
        if (isStale || this.shelves.loaded(day).length > before) this.drawSoon();
      },
      () => setTimeout(() => {
        view.isLoading = false;
        this.drawSoon();
      }, RETRY_MS),
    );
  }

  #reflow() {
    const anchor = this.#anchor();
    this.layout = layOut(this.days, this.root.clientWidth);
    this.root.style.height = `${this.layout.height}px`;
    const section = anchor && this.layout.sections.find((one) => one.day === anchor.day);
    if (section) scrollTo({ top: this.#origin() + section.top - anchor.offset, behavior: "instant" });
    this.draw();
  }

  /** The day at the top edge and where it stands there; none at the very top, where new days shall show. */
  #anchor() {
    const edge = scrollY + headerHeight() - this.#origin();
    if (edge <= this.layout.headingHeight) return null;
    const [section] = sectionsBetween(this.layout, edge, edge + 1);
    return section ? { day: section.day, offset: this.#origin() + section.top - scrollY } : null;
  }

  /** Where the grid begins on the page. */
  #origin() {
    return this.root.getBoundingClientRect().top + scrollY;
  }

  /** @param {MouseEvent} event @param {(day: string, index: number) => void} onOpen */
  #clicked(event, onOpen) {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    const place = this.placeOf(event.target);
    if (!isPlain || !place) return;
    event.preventDefault();
    onOpen(place.day, place.index);
  }
}

/** The elements of one day: its heading and those of its tiles that are near the window. */
class DayView {
  constructor() {
    this.title = element("span", { class: "day-title" });
    this.count = element("span", { class: "day-count" });
    this.root = element("section", { class: "day" }, element("h2", { class: "day-heading" }, this.title, this.count));
    /** @type {Map<string, Tile>} by item id, or by place while the item is not loaded */
    this.tiles = new Map();
    this.isLoading = false;
    this.first = 0;
    this.last = 0;
  }

  /**
   * @param {import("./layout.js").Layout} layout
   * @param {Section} section
   * @param {import("../api.js").Item[]} items
   * @param {[number, number]} range
   */
  draw(layout, section, items, [first, last]) {
    Object.assign(this, { section, first, last });
    const { style } = this.root;
    // Not a transform: the sticky heading would not know of it.
    style.left = `${section.left}px`;
    style.top = `${section.top}px`;
    style.width = `${section.width}px`;
    style.height = `${section.height}px`;
    this.title.textContent = section.title ?? format.day(section.day, lengthOfDay(section.width));
    this.count.textContent = format.countOfDay(section);
    this.root.setAttribute("aria-label", `${section.title ?? format.day(section.day)}, ${format.counted(section.count, "item")}`);
    this.#drawTiles(layout, section, items);
  }

  /** @param {import("./layout.js").Layout} layout @param {Section} section @param {import("../api.js").Item[]} items */
  #drawTiles(layout, section, items) {
    const tiles = new Map();
    let before = this.root.firstElementChild;
    for (let index = this.first; index < this.last; index += 1) {
      const key = items[index]?.id ?? `at ${index}`;
      const tile = this.tiles.get(key) ?? new Tile();
      const { left, top } = tilePlace(layout, section, index);
      tile.show(items[index]);
      tile.place(left, top, section.tile);
      tiles.set(key, tile);
      putAfter(this.root, before, tile.root);
      putAfter(this.root, tile.root, tile.check);
      before = tile.check;
    }
    for (const [key, tile] of this.tiles) {
      if (!tiles.has(key)) tile.remove();
    }
    this.tiles = tiles;
  }

  /** @param {import("../groups/selection.js").Selection} selection */
  markChosen(selection) {
    for (const tile of this.tiles.values()) tile.mark(selection);
  }

  /** The place of a tile's item in its day, -1 for another day's tile. @param {Element} made the tile or its checkbox */
  indexOf(made) {
    const place = [...this.tiles.values()].findIndex((tile) => tile.root === made || tile.check === made);
    return place < 0 ? -1 : this.first + place;
  }
}

/** @param {number} width @returns {"long" | "medium" | "short"} how much of a date fits */
function lengthOfDay(width) {
  if (width > 260) return "long";
  return width > 170 ? "medium" : "short";
}

/** Keep elements in reading order without moving those that stand right. @param {Element} parent @param {?Element} before @param {Element} made */
function putAfter(parent, before, made) {
  const there = before ? before.nextElementSibling : parent.firstElementChild;
  if (there !== made) parent.insertBefore(made, there);
}

/** What the sticky header covers. */
function headerHeight() {
  return document.querySelector(".top")?.getBoundingClientRect().height ?? 0;
}
