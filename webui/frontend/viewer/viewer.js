/** One item at a time, full window: PhotoSwipe for gestures, our own slides, panel and addresses. */
import PhotoSwipe from "photoswipe";
import { downloadAddress, getItem } from "../api.js";
import { element, icon } from "../dom.js";
import * as format from "../format.js";
import { say } from "../groups/api.js";
import { favour } from "../groups/choosing.js";
import { coversOf } from "../groups/covers.js";
import { Strip } from "../groups/strip.js";
import * as address from "./address.js";
import * as film from "./film.js";
import { InfoPanel } from "./info-panel.js";
import { LivePlayer } from "./live-player.js";
import { Sequence } from "./sequence.js";
import { elementOf, sharpenOnZoom, slideOf } from "./slides.js";

const PANEL_WIDTH = 360;
const LEAST_WIDTH_FOR_PANEL = 860;
const TURNS = { r: 90, R: 270 };
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

export class Viewer {
  /**
   * @param {import("../timeline/grid.js").Grid} grid
   * @param {import("../timeline/shelves.js").Shelves} shelves
   * @param {import("../groups/deeds.js").Deeds} deeds
   * @param {() => void} onClosed
   */
  constructor(grid, shelves, deeds, onClosed) {
    this.grid = grid;
    this.shelves = shelves;
    this.deeds = deeds;
    this.onClosed = onClosed;
    this.pageTitle = document.title;
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
    const place = item && (await this.#findTile(item).catch(() => null));
    if (!place) return address.forget();
    await this.open(place.day, place.index);
    if (place.id !== id) this.#showMember(item);
  }

  /** Where an item's tile stands: its own, or that of the group it is in. @param {import("../api.js").Item} item */
  async #findTile(item) {
    for await (const cover of coversOf(item)) {
      const day = this.grid.dayOf(cover);
      const index = await this.shelves.find(day, cover.id);
      if (index >= 0) return { day, index, id: cover.id };
    }
    return null;
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

  /** The library has changed: the item may be ready now, and its group another. */
  async refresh() {
    const item = this.#current();
    const fresh = item && (await getItem(item.id).catch(() => null));
    if (!fresh || !this.pswp || this.#current() !== item) return;
    this.items.set(this.pswp.currIndex, fresh);
    if (item.state !== fresh.state || item.rotation !== fresh.rotation) this.pswp.refreshSlideContent(this.pswp.currIndex);
    this.#changed();
  }

  /** Another member of the group, in the place of the one that is shown. @param {import("../api.js").Item} item */
  #showMember(item) {
    if (!this.pswp || item.id === this.#current()?.id) return;
    this.items.set(this.pswp.currIndex, item);
    this.pswp.refreshSlideContent(this.pswp.currIndex);
    this.#changed();
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
      paddingFn: (window) => ({ top: 0, bottom: this.strip?.height ?? 0, left: 0, right: this.#hasRoomForPanel(window.x) ? PANEL_WIDTH : 0 }),
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
    this.panel = new InfoPanel(() => this.#panelToggled(), this.deeds);
    this.strip = new Strip((item) => this.#showMember(item), () => this.#makeRoom(), this.deeds);
    pswp.addFilter("numItems", () => this.sequence.total);
    pswp.addFilter("itemData", (data, index) => this.#slide(index));
    pswp.addFilter("thumbEl", (thumb, data) => this.#thumbnail(data.item));
    pswp.on("contentLoad", (event) => this.#loadElement(event));
    pswp.on("contentDeactivate", ({ content }) => film.pause(content.element));
    pswp.on("pointerDown", (event) => film.isOnControls(event.originalEvent) && event.preventDefault());
    pswp.on("openingAnimationEnd", () => this.strip.height && this.#makeRoom());
    pswp.on("uiRegister", () => this.#addControls());
    pswp.on("change", () => this.#changed());
    pswp.on("keydown", (event) => this.#pressed(event));
    pswp.on("close", () => address.leave());
    pswp.on("destroy", () => this.#closed());
    sharpenOnZoom(pswp);
    pswp.init();
    this.live = new LivePlayer(pswp, () => this.#current());
    pswp.element.setAttribute("aria-label", "Viewer");
    pswp.element.append(this.strip.root, this.panel.root);
    this.deeds.toasts.moveTo(pswp.element);
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
    /** @type {Record<string, HTMLElement>} by name */
    this.buttons = {};
    this.#addButton({ name: "live", order: 9, title: "Play (L)", onClick: () => this.live.play() });
    this.#addButton({ name: "favourite", order: 10, title: "Favourite (F)", onClick: () => this.#favour() }, "heart");
    this.#addButton({ name: "turn-left", order: 10, title: "Turn left (Shift R)", onClick: () => this.#turn(TURNS.R) });
    this.#addButton({ name: "turn-right", order: 10, title: "Turn right (R)", onClick: () => this.#turn(TURNS.r) });
    this.#addButton({ name: "download", order: 11, tagName: "a", title: "Download original (D)" });
    this.#addButton({ name: "info", order: 12, title: "Information (I)", onClick: () => this.panel.toggle() });
  }

  /** @param {{name: string, order: number, title: string, tagName?: string, onClick?: () => void}} button @param {string} [picture] */
  #addButton(button, picture = button.name) {
    this.pswp.ui.registerElement({
      ...button,
      isButton: true,
      onInit: (root) => {
        this.buttons[button.name] = root;
        root.append(icon(picture));
        // The viewer would take the click for its own.
        if (button.tagName === "a") root.addEventListener("click", (event) => event.stopPropagation());
      },
    });
  }

  #changed() {
    const item = this.#current();
    if (!this.pswp || !item || !this.live) return;
    const { day, index } = this.sequence.placeOf(this.pswp.currIndex);
    this.grid.reveal(day, index);
    address.follow(item.id);
    this.caption.replaceChildren(
      element("span", { class: "viewer-date" }, format.takenAt(item)),
      element("span", { class: "viewer-name" }, item.name),
    );
    const { live, favourite, download } = this.buttons;
    download.setAttribute("href", downloadAddress(item));
    download.setAttribute("download", item.name);
    favourite.setAttribute("aria-pressed", String(item.favourite));
    for (const name of ["turn-left", "turn-right"]) this.buttons[name].hidden = !canTurn(item);
    this.live.stop();
    live.hidden = !this.live.canPlay;
    this.panel.show(item);
    this.strip.show(item);
    document.title = `${item.name} · Private Photo Cloud`;
  }

  #favour() {
    const item = this.#current();
    if (item) favour(this.deeds, item);
  }

  /** @param {number} degrees clockwise, from what is shown now */
  #turn(degrees) {
    const item = this.#current();
    if (!item || !canTurn(item)) return;
    const rotation = (item.rotation + degrees) % 360;
    this.deeds.carryOut(`${item.name} is turned.`, () => say(item.id, { rotation }));
  }

  /** @param {{originalEvent: KeyboardEvent, preventDefault: () => void}} pressed */
  #pressed(pressed) {
    const event = pressed.originalEvent;
    // Escape ends the editing, which the panel sees to; the rest is text.
    if (event.target.closest?.("form")) return pressed.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const member = STEPS[event.key] && this.strip.neighbour(STEPS[event.key]);
    if (member && !this.#isZoomed()) {
      event.preventDefault();
      pressed.preventDefault();
      this.#showMember(member);
    }
    if (event.key === "i") this.panel.toggle();
    if (event.key === "l") this.live.play();
    if (event.key === "f") this.#favour();
    if (TURNS[event.key]) this.#turn(TURNS[event.key]);
    if (event.key === "d") this.buttons.download.click();
    if (event.key !== " " || isControl(event.target)) return;
    if (film.toggle(this.pswp.currSlide.content.element)) event.preventDefault();
  }

  /** Then the arrow keys move the picture. */
  #isZoomed() {
    const { currSlide } = this.pswp;
    return currSlide.currZoomLevel > currSlide.zoomLevels.initial;
  }

  /** For the strip below the picture; in the middle of opening it would break the animation off. */
  #makeRoom() {
    if (this.pswp?.opener.isOpen) this.pswp.updateSize(true);
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
    return item ? this.grid.imageOf(this.grid.dayOf(item), item.id) : null;
  }

  #current() {
    return this.pswp ? this.items.get(this.pswp.currIndex) : undefined;
  }

  #closed() {
    const item = this.#current();
    this.pswp = null;
    this.live = null;
    document.title = this.pageTitle;
    this.deeds.toasts.moveTo(document.body);
    if (item) this.grid.focusOn(this.grid.dayOf(item), item.id);
    this.onClosed();
  }

  #followAddress() {
    if (this.isOpen && !address.itemInAddress()) this.pswp.close();
    else if (!this.isOpen) this.openFromAddress();
  }
}

/** What does something of its own at a press of the space bar. @param {?EventTarget} target */
const isControl = (target) => target instanceof Element && target.matches("a, button, video");

/** @param {import("../api.js").Item} item */
const canTurn = (item) => item.state === "ready" && ["image", "raw"].includes(item.kind);
