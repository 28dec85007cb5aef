/** One tile of the grid: a thumbnail, or a placeholder that says what the item is. */
import { mediaAddress } from "../api.js";
import { element, icon } from "../dom.js";
import * as format from "../format.js";
import { clipOf } from "../groups/clips.js";
import { groupOf } from "../groups/words.js";
import { blurOf } from "../thumbhash.js";
import { HoverClip } from "./hover-clip.js";

const KIND_WORDS = { raw: "RAW", video: "Video", other: "File", failed: "Failed" };

export class Tile {
  constructor() {
    this.root = element("a", { class: "tile tile-loading", "aria-keyshortcuts": "x f" });
    // Beside the link, not in it: a control within a link is neither.
    this.check = /** @type {HTMLInputElement} */ (element("input", { class: "tile-check", type: "checkbox" }));
    this.clip = new HoverClip(this.root);
    this.shown = "";
    /** @type {?import("../api.js").Item} */
    this.item = null;
  }

  /** Show an item; nothing changes when it is shown already in the same state. @param {?import("../api.js").Item} item */
  show(item) {
    const group = item ? groupOf(item) : null;
    const wanted = item ? `${item.id} ${item.state} ${item.thumbhash ?? ""} ${item.rotation} ${group?.label} ${item.favourite}` : "";
    this.item = item ?? null;
    if (wanted === this.shown || !item) return;
    this.shown = wanted;
    const face = faceOf(item);
    this.root.className = `tile tile-${face}`;
    this.root.setAttribute("href", `/?item=${item.id}`);
    this.root.setAttribute("aria-label", labelOf(item, face));
    this.check.setAttribute("aria-label", `Choose ${item.name}`);
    this.clip.use(face === "picture" ? clipOf(item) : null);
    if (face === "picture") this.#showPicture(item);
    else this.root.replaceChildren(standIn(item, face));
    this.root.append(...marksOf(item, group));
  }

  /** @param {import("../groups/selection.js").Selection} selection */
  mark(selection) {
    const isChosen = this.item !== null && selection.has(this.item.id);
    this.check.checked = isChosen;
    this.check.tabIndex = selection.isOn ? 0 : -1;
    this.root.classList.toggle("is-chosen", isChosen);
  }

  remove() {
    this.root.remove();
    this.check.remove();
  }

  /** @returns {?HTMLImageElement} */
  get image() {
    return this.root.querySelector("img");
  }

  /** @param {number} left @param {number} top @param {number} size */
  place(left, top, size) {
    const { style } = this.root;
    style.transform = `translate(${left}px, ${top}px)`;
    style.width = `${size}px`;
    style.height = `${size}px`;
    this.check.style.transform = `translate(${left}px, ${top + size}px) translateY(-100%)`;
  }

  /** The blurred placeholder shines through until the thumbnail has faded in. @param {import("../api.js").Item} item */
  #showPicture(item) {
    const image = /** @type {HTMLImageElement} */ (element("img", { alt: "", decoding: "async", draggable: "false" }));
    image.src = mediaAddress(item, "thumbnail");
    const blur = image.complete ? null : blurOf(item.thumbhash);
    if (!image.complete) {
      image.classList.add("arriving");
      image.addEventListener("load", () => image.classList.remove("arriving"), { once: true });
      // A picture that is transparent in places would let it show for ever.
      image.addEventListener("transitionend", () => blur?.remove(), { once: true });
    }
    this.root.replaceChildren(...[blur, image, badge(item)].filter((part) => part !== null));
  }
}

/** @param {import("../api.js").Item} item @returns {"picture" | "pending" | "raw" | "video" | "other" | "failed"} */
export function faceOf(item) {
  if (item.state !== "ready") return item.state;
  const isPicture = item.kind === "image" || (item.kind !== "other" && item.thumbhash);
  return isPicture ? "picture" : item.kind;
}

/** @param {import("../api.js").Item} item @param {string} face */
function labelOf(item, face) {
  const words = { pending: "being prepared", failed: "could not be prepared" };
  const kind = words[face] ?? KIND_WORDS[face === "picture" ? item.kind : face];
  const favourite = item.favourite && "favourite";
  return [item.name, kind, groupOf(item)?.label, favourite, format.takenAt(item)].filter(Boolean).join(", ");
}

/** @param {import("../api.js").Item} item @param {ReturnType<typeof groupOf>} group */
function marksOf(item, group) {
  const marks = [];
  if (item.motion && !group) marks.push(element("span", { class: "group-badge", title: "Motion Photo" }, icon("live"), "Motion"));
  if (group) marks.push(element("span", { class: "group-badge", title: group.label }, icon("stack"), `${group.word} ${format.number(group.count)}`.trim()));
  if (item.favourite) marks.push(element("span", { class: "heart-badge" }, icon("heart")));
  return marks;
}

/** A picture that is being prepared shows its blur, where its camera put a thumbnail in. @param {import("../api.js").Item} item @param {string} face */
function standIn(item, face) {
  return (face === "pending" && blurOf(item.thumbhash)) || placeholder(item, face);
}

/** @param {import("../api.js").Item} item @param {string} face */
function placeholder(item, face) {
  const made = element("span", { class: "tile-body" }, icon(face), element("span", { class: "tile-name" }, item.name));
  const word = badge(item, face);
  if (word) made.append(word);
  return made;
}

/** What kind of file it is, unless it is a plain picture. @param {import("../api.js").Item} item @param {string} [face] */
function badge(item, face = item.kind) {
  if (!(face in KIND_WORDS)) return null;
  const extra = face === "video" && item.duration_s ? ` ${format.duration(item.duration_s)}` : "";
  return element("span", { class: "badge" }, KIND_WORDS[face] + extra);
}
