/** Some silent seconds of a video or Live Photo, over its tile while the mouse, a finger or the keyboard is on it. */
import { element } from "../dom.js";

const PAUSE_MS = 120; // whoever only crosses a tile does not want its clip

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class HoverClip {
  /** @param {HTMLElement} root the tile */
  constructor(root) {
    this.root = root;
    /** @type {?() => Promise<?string>} */
    this.findAddress = null;
    /** @type {?HTMLVideoElement} */
    this.video = null;
    this.timer = 0;
    root.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.#startSoon());
    root.addEventListener("pointerleave", () => this.stop());
    root.addEventListener("focus", () => root.matches(":focus-visible") && this.#startSoon());
    root.addEventListener("blur", () => this.stop());
  }

  /** From now on this clip. @param {?() => Promise<?string>} findAddress asked once it is wanted; none for what has no clip */
  use(findAddress) {
    this.stop();
    this.findAddress = findAddress;
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    // Without this a browser may go on loading what is no longer on the page.
    this.video?.removeAttribute("src");
    this.video?.load();
    this.video?.remove();
    this.video = null;
  }

  #startSoon() {
    this.stop();
    if (this.findAddress && !isCalm()) this.timer = window.setTimeout(() => this.#start(this.timer), PAUSE_MS);
  }

  /** @param {number} timer another one means that this start is out of date */
  async #start(timer) {
    const address = await this.findAddress?.().catch(() => null);
    if (!address || timer !== this.timer) return;
    const video = /** @type {HTMLVideoElement} */ (element("video", { class: "tile-clip arriving", "aria-hidden": "true" }));
    Object.assign(video, { muted: true, loop: true, playsInline: true, autoplay: true, tabIndex: -1, src: address });
    video.addEventListener("playing", () => video.classList.remove("arriving"), { once: true });
    // Not ready yet: the tile's picture stays.
    video.addEventListener("error", () => video === this.video && this.stop(), { once: true });
    this.video = video;
    this.root.append(video);
  }
}
