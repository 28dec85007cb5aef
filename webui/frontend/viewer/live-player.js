/** Plays a Live or Motion Photo in the viewer, over its picture: while it is held, or once by the button. */
import { element } from "../dom.js";
import { clipOf } from "../groups/clips.js";

const HOLD_MS = 300;
const STEADY_PX = 8;

export class LivePlayer {
  /** @param {import("photoswipe").default} pswp @param {() => import("../api.js").Item | undefined} getItem what is shown */
  constructor(pswp, getItem) {
    this.pswp = pswp;
    this.getItem = getItem;
    this.timer = 0;
    /** @type {?HTMLVideoElement} */
    this.video = null;
    const { element: root } = pswp;
    root.addEventListener("pointerdown", (event) => this.#pressed(event));
    root.addEventListener("pointermove", (event) => this.#moved(event));
    for (const type of ["pointerup", "pointercancel"]) root.addEventListener(type, () => this.#released());
  }

  /** Whether there is something to play. */
  get canPlay() {
    const item = this.getItem();
    return Boolean(item && item.kind === "image" && clipOf(item));
  }

  /** Once, from beginning to end. */
  async play() {
    this.stop();
    const picture = this.pswp.currSlide?.content.element;
    const address = this.canPlay && picture ? await clipOf(this.getItem())().catch(() => null) : null;
    if (!address) return;
    const video = /** @type {HTMLVideoElement} */ (element("video", { class: "live-clip", "aria-hidden": "true" }));
    Object.assign(video, { muted: true, playsInline: true, autoplay: true, src: address });
    const { left, top, width, height } = picture.getBoundingClientRect();
    Object.assign(video.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    for (const type of ["ended", "error"]) video.addEventListener(type, () => video === this.video && this.stop());
    this.video = video;
    this.pswp.element.append(video);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.video?.remove();
    this.video = null;
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    this.stop();
    if (!(event.target instanceof Element) || !event.target.matches(".pswp__img") || !this.canPlay) return;
    this.start = [event.clientX, event.clientY];
    this.timer = window.setTimeout(() => this.play(), HOLD_MS);
  }

  /** Whoever moves wants to go on or to zoom. @param {PointerEvent} event */
  #moved(event) {
    if (this.timer && Math.hypot(event.clientX - this.start[0], event.clientY - this.start[1]) > STEADY_PX) this.stop();
  }

  #released() {
    if (this.timer) this.stop();
  }
}
