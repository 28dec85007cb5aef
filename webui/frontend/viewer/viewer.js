/** One item at a time, full window: PhotoSwipe for gestures, our own slides, panel and addresses. */
import PhotoSwipe from "photoswipe";
import { downloadAddress, getItem } from "../api.js";
import { element, icon } from "../dom.js";
import * as format from "../format.js";
import * as address from "./address.js";
import * as film from "./film.js";
import { InfoPanel } from "./info-panel.js";
import { Sequence } from "./sequence.js";
import { elementOf, sharpenOnZoom, slideOf } from "./slides.js";

const PANEL_WIDTH = 360;
const LEAST_WIDTH_FOR_PANEL = 860;

export class Viewer {
  /**
   * @param {import("../timeline/grid.js").Grid} grid
   * @param {import("../timeline/shelves.js").Shelves} shelves
   * @param {() => void} onClosed
   */
  constructor(grid, shelves, onClosed) {
    this.grid = grid;
    this.shelves = shelves;
    this.onClosed = onClosed;
    /** @type {?PhotoSwipe} */
    this.pswp = null;
    addEventListener("popstate", () => this.#followAddress());
  }

  get isOpen() {
    return this.pswp !== null;
  }

  /** Open what the address names, if it names an item. */
  async openFromAddress() {
    const id = address.itemInAddress();
    if (!id || this.isOpen) return;
    const item = await getItem(id).catch(() => null);
    const day = item?.taken_at?.slice(0, 10) ?? "unknown";
    const index = item ? await this.shelves.find(day, id) : -1;
    if (index >= 0) await this.open(day, index);
    else history.replaceState(null, "", "/");
  }

  /** @param {string} day @param {number} index */
  async open(day, index) {
    const sequence = new Sequence(this.grid.days);
    const number = sequence.numberOf(day, index);
    const item = await this.shelves.load(day, index);
    if (this.isOpen || number < 0 || !item) return;
    this.sequence = sequence;
    /** @type {Map<number, import("../api.js").Item>} frozen while the viewer is open: places must not shift */
    this.items = new Map([[number, item]]);
    address.enter(item.id);
    this.#start(number);
  }

  /** The library has changed: an item that was waiting may be ready now. */
  async refresh() {
    const item = this.#current();
    if (item?.state !== "pending") return;
    const fresh = await getItem(item.id).catch(() => item);
    if (!this.pswp || this.#current() !== item || fresh.state === "pending") return;
    this.items.set(this.pswp.currIndex, fresh);
    this.pswp.refreshSlideContent(this.pswp.currIndex);
  }

  /** @param {number} number */
  #start(number) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const pswp = new PhotoSwipe({
      index: number,
      loop: false,
      bgOpacity: 1,
      counter: false,
      wheelToZoom: true,
      maxZoomLevel: 4,
      showHideAnimationType: isCalm ? "none" : "zoom",
      zoomAnimationDuration: isCalm ? 0 : 250,
      paddingFn: (window) => ({ top: 0, bottom: 0, left: 0, right: this.#hasRoomForPanel(window.x) ? PANEL_WIDTH : 0 }),
      arrowPrevTitle: "Previous",
      arrowNextTitle: "Next",
      closeTitle: "Close",
      zoomTitle: "Zoom",
      arrowPrevSVG: icon("previous").outerHTML,
      arrowNextSVG: icon("next").outerHTML,
      closeSVG: icon("close").outerHTML,
      zoomSVG: icon("zoom").outerHTML,
      errorMsg: "This picture could not be loaded.",
    });
    this.pswp = pswp;
    this.panel = new InfoPanel(() => this.#panelToggled());
    pswp.addFilter("numItems", () => this.sequence.total);
    pswp.addFilter("itemData", (data, index) => this.#slide(index));
    pswp.addFilter("thumbEl", (thumb, data) => this.#thumbnail(data.item));
    pswp.on("contentLoad", (event) => this.#loadElement(event));
    pswp.on("contentDeactivate", ({ content }) => film.pause(content.element));
    pswp.on("pointerDown", (event) => film.isOnControls(event.originalEvent) && event.preventDefault());
    pswp.on("uiRegister", () => this.#addControls());
    pswp.on("change", () => this.#changed());
    pswp.on("keydown", ({ originalEvent }) => this.#pressed(originalEvent));
    pswp.on("close", () => address.leave());
    pswp.on("destroy", () => this.#closed());
    sharpenOnZoom(pswp);
    pswp.init();
    pswp.element.setAttribute("aria-label", "Viewer");
    pswp.element.append(this.panel.root);
    pswp.element.classList.toggle("with-panel", this.panel.isOpen);
    this.#changed();
  }

  /** PhotoSwipe asks at once; what is not loaded yet is shown when it comes. @param {number} number */
  #slide(number) {
    const item = this.items.get(number);
    if (!item) this.#load(number);
    return slideOf(item);
  }

  /** @param {number} number */
  async #load(number) {
    const { day, index } = this.sequence.placeOf(number);
    const item = await this.shelves.load(day, index).catch(() => undefined);
    if (!item || !this.pswp || this.items.has(number)) return;
    this.items.set(number, item);
    this.pswp.refreshSlideContent(number);
  }

  #loadElement(event) {
    const { content } = event;
    if (content.type === "image") return;
    event.preventDefault();
    content.element = elementOf(content.data);
    content.onLoaded();
  }

  #addControls() {
    const { pswp } = this;
    this.caption = element("div", { class: "viewer-caption" });
    pswp.ui.registerElement({ name: "caption", order: 1, isButton: false, onInit: (root) => root.append(this.caption) });
    pswp.ui.registerElement({
      name: "download",
      order: 11,
      isButton: true,
      tagName: "a",
      title: "Download original (D)",
      onInit: (root) => {
        this.download = root;
        root.append(icon("download"));
        root.addEventListener("click", (event) => event.stopPropagation());
      },
    });
    pswp.ui.registerElement({
      name: "info",
      order: 12,
      isButton: true,
      title: "Information (I)",
      onInit: (root) => root.append(icon("info")),
      onClick: () => this.panel.toggle(),
    });
  }

  #changed() {
    const item = this.#current();
    if (!this.pswp || !item || !this.caption) return;
    const { day, index } = this.sequence.placeOf(this.pswp.currIndex);
    this.grid.reveal(day, index);
    address.follow(item.id);
    this.caption.replaceChildren(
      element("span", { class: "viewer-date" }, format.takenAt(item)),
      element("span", { class: "viewer-name" }, item.name),
    );
    this.download.setAttribute("href", downloadAddress(item));
    this.download.setAttribute("download", item.name);
    this.panel.show(item);
    document.title = `${item.name} · Private Photo Cloud`;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "i") this.panel.toggle();
    if (event.key === "d") this.download.click();
    if (event.key !== " " || isControl(event.target)) return;
    if (film.toggle(this.pswp.currSlide.content.element)) event.preventDefault();
  }

  #panelToggled() {
    this.pswp.element.classList.toggle("with-panel", this.panel.isOpen);
    this.pswp.updateSize(true);
  }

  /** @param {number} windowWidth */
  #hasRoomForPanel(windowWidth) {
    return this.panel?.isOpen && windowWidth >= LEAST_WIDTH_FOR_PANEL;
  }

  /** @param {import("../api.js").Item | undefined} item */
  #thumbnail(item) {
    const day = item?.taken_at?.slice(0, 10) ?? "unknown";
    return item ? this.grid.imageOf(day, item.id) : null;
  }

  #current() {
    return this.pswp ? this.items.get(this.pswp.currIndex) : undefined;
  }

  #closed() {
    const item = this.#current();
    this.pswp = null;
    document.title = "Private Photo Cloud";
    if (item) this.grid.focusOn(item.taken_at?.slice(0, 10) ?? "unknown", item.id);
    this.onClosed();
  }

  #followAddress() {
    if (this.isOpen && !address.itemInAddress()) this.pswp.close();
    else if (!this.isOpen) this.openFromAddress();
  }
}

/** What does something of its own at a press of the space bar. @param {?EventTarget} target */
const isControl = (target) => target instanceof Element && target.matches("a, button, video");
