/** Some silent seconds of a video, shown over its tile while the mouse or the keyboard is on it. */
import { element } from "../dom.js";

const PAUSE_MS = 120; // whoever only crosses a tile does not want its clip

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class HoverClip {
  /** @param {HTMLElement} root the tile */
  constructor(root) {
    this.root = root;
    /** @type {?string} */
    this.address = null;
    /** @type {?HTMLVideoElement} */
    this.video = null;
    this.timer = 0;
    root.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.#startSoon());
    root.addEventListener("pointerleave", () => this.stop());
    root.addEventListener("focus", () => root.matches(":focus-visible") && this.#startSoon());
    root.addEventListener("blur", () => this.stop());
  }

  /** From now on this clip. @param {?string} address none for what has no clip */
  use(address) {
    this.stop();
    this.address = address;
  }

  stop() {
    clearTimeout(this.timer);
    // Without this a browser may go on loading what is no longer on the page.
    this.video?.removeAttribute("src");
    this.video?.load();
    this.video?.remove();
    this.video = null;
  }

  #startSoon() {
    this.stop();
    if (this.address && !isCalm()) this.timer = window.setTimeout(() => this.#start(), PAUSE_MS);
  }

  #start() {
    const video = /** @type {HTMLVideoElement} */ (element("video", { class: "tile-clip arriving", "aria-hidden": "true" }));
    Object.assign(video, { muted: true, loop: true, playsInline: true, autoplay: true, tabIndex: -1, src: this.address });
    video.addEventListener("playing", () => video.classList.remove("arriving"), { once: true });
    // Not ready yet: the tile's picture stays.
    video.addEventListener("error", () => video === this.video && this.stop(), { once: true });
    this.video = video;
    this.root.append(video);
  }
}
