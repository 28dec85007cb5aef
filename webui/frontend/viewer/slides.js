/** What the viewer shows for an item: its picture, or a plate with facts and the way to the original. */
import { downloadAddress, mediaAddress } from "../api.js";
import { element, icon } from "../dom.js";
import * as format from "../format.js";
import { faceOf } from "../timeline/tile.js";
import { filmOf } from "./film.js";

const SHOWN_BY_BROWSERS = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);

const HEADLINES = {
  pending: "Being prepared",
  failed: "This file could not be prepared",
  raw: "RAW photo",
  video: "Video",
  other: "File",
};

/** Data for PhotoSwipe; an item that is not loaded yet has none. @param {?import("../api.js").Item} item */
export function slideOf(item) {
  if (!item) return { type: "waiting" };
  if (faceOf(item) === "picture" && item.kind === "video") return { type: "film", item };
  if (faceOf(item) !== "picture" || !item.width || !item.height) return { type: "plate", item };
  const isAnimation = item.mime === "image/gif" && !item.rotation;
  return {
    type: "image",
    item,
    src: mediaAddress(item, isAnimation ? "original" : "preview"),
    msrc: mediaAddress(item, "thumbnail"),
    width: item.width,
    height: item.height,
    alt: format.altText(item),
    thumbCropped: true,
  };
}

/** The element of a slide that is no picture. @param {{type: string, item?: import("../api.js").Item}} data */
export const elementOf = (data) => (data.type === "film" ? filmOf(data.item) : plateOf(data));

/** @param {{item?: import("../api.js").Item}} data */
function plateOf({ item }) {
  if (!item) return element("div", { class: "pswp__content plate" }, element("span", { class: "spinner" }));
  const face = faceOf(item) === "picture" ? "other" : faceOf(item);
  const facts = [item.mime, format.size(item.size_bytes), item.duration_s ? format.duration(item.duration_s) : ""];
  const card = element(
    "div",
    { class: "plate-card" },
    icon(face),
    element("p", { class: "plate-headline" }, HEADLINES[face]),
    element("p", { class: "plate-name" }, item.name),
    element("p", { class: "plate-facts" }, facts.filter(Boolean).join(" · ")),
  );
  if (item.failure) card.append(element("p", { class: "plate-reason" }, item.failure.reason));
  card.append(
    element("a", { class: "button button-main", href: downloadAddress(item), download: item.name }, icon("download"), "Download original"),
  );
  return element("div", { class: "pswp__content plate" }, card);
}

/**
 * The original in place of the preview once someone zooms in further than the preview can show.
 * @param {import("photoswipe").default} pswp
 */
export function sharpenOnZoom(pswp) {
  pswp.on("zoomPanUpdate", ({ slide }) => {
    const { item } = slide.data;
    const picture = slide.content.element;
    if (!item || !(picture instanceof HTMLImageElement) || picture.dataset.isSharp) return;
    const isCoarse = slide.currZoomLevel > slide.zoomLevels.initial * 1.2
      && slide.width * slide.currZoomLevel * devicePixelRatio > picture.naturalWidth;
    if (!isCoarse || !picture.naturalWidth || !(item.rotation || SHOWN_BY_BROWSERS.has(item.mime))) return;
    picture.dataset.isSharp = "yes";
    const original = new Image();
    original.src = mediaAddress(item, item.rotation ? "full" : "original");
    // An original that this browser cannot show leaves the preview standing.
    original.decode().then(() => { picture.src = original.src; }, () => {});
  });
}
