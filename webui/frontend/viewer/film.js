/** A video in the viewer: the browser's own player, or a sentence while there is nothing it could play. */
import { downloadAddress, mediaAddress, playableState } from "../api.js";
import { element, icon } from "../dom.js";
import * as format from "../format.js";

const ASK_AGAIN_MS = 3000;
const CONTROLS_PX = 90; // how much of the lower edge belongs to the player

const SENTENCES = {
  ready: "This browser cannot play this video. Download the original to see it.",
  pending: "This video is still being prepared for playing. It appears here as soon as it is ready.",
  never: "This video could not be prepared for playing. The original is safe; download it to see it.",
};

/** The element of a slide that shows a video. @param {import("../api.js").Item} item */
export function filmOf(item) {
  const video = /** @type {HTMLVideoElement} */ (element("video", {
    controls: "",
    playsinline: "",
    preload: "metadata",
    poster: mediaAddress(item, "preview"),
    "aria-label": format.altText(item),
  }));
  const root = element("div", { class: "pswp__content film" }, video);
  video.addEventListener("error", () => explain(root, video, item));
  video.addEventListener("loadedmetadata", () => root.querySelector(".film-note")?.remove());
  video.src = mediaAddress(item, "playable");
  return root;
}

/** Play or pause the video of a slide. @param {?HTMLElement | undefined} root @returns {boolean} whether there is one */
export function toggle(root) {
  const video = root?.querySelector("video");
  if (!video) return false;
  if (video.paused) video.play().catch(() => {});
  else video.pause();
  return true;
}

/** The slide goes out of sight. @param {?HTMLElement | undefined} root */
export const pause = (root) => root?.querySelector("video")?.pause();

/** Whether a touch is meant for the player's controls, not for going to the next slide. @param {PointerEvent} event */
export function isOnControls(event) {
  if (!(event.target instanceof HTMLVideoElement)) return false;
  return event.target.getBoundingClientRect().bottom - event.clientY < CONTROLS_PX;
}

/** @param {HTMLElement} root @param {HTMLVideoElement} video @param {import("../api.js").Item} item */
async function explain(root, video, item) {
  const state = await playableState(item).catch(() => "pending");
  if (state === "pending") setTimeout(() => root.isConnected && retry(video), ASK_AGAIN_MS);
  const sentence = SENTENCES[state];
  if (root.querySelector(".film-note")?.textContent?.startsWith(sentence)) return;
  const download = element("a", { class: "button button-main", href: downloadAddress(item), download: item.name }, icon("download"), "Download original");
  root.querySelector(".film-note")?.remove();
  root.append(element("div", { class: "film-note", role: "status" }, element("p", {}, sentence), download));
}

/** @param {HTMLVideoElement} video */
function retry(video) {
  const { src } = video;
  video.src = src;
  video.load();
}
