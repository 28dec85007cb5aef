/** The panel beside the picture: everything known about an item, and where it came from. */
import { getItem } from "../api.js";
import { element, icon } from "../dom.js";
import * as format from "../format.js";
import { ItemForm } from "./item-form.js";

const DOORS = { share: "network drive", browser: "web page", import: "import on the server" };
const REMEMBERED = "photocloud.info";

export class InfoPanel {
  /**
   * @param {() => void} onToggle called after the panel was opened or closed
   * @param {import("../groups/deeds.js").Deeds} deeds
   */
  constructor(onToggle, deeds) {
    this.onToggle = onToggle;
    this.deeds = deeds;
    /** @type {?ItemForm} */
    this.form = null;
    this.facts = element("div", { class: "info-facts" });
    const close = element("button", { class: "info-close", type: "button", "aria-label": "Close information" }, icon("close"));
    close.addEventListener("click", () => this.toggle());
    this.pen = element("button", { class: "button button-small info-edit", type: "button" }, "Edit");
    this.pen.addEventListener("click", () => this.#edit());
    const head = element("div", { class: "info-head" }, element("h2", {}, "Information"), this.pen, close);
    this.root = element("aside", { class: "info", "aria-label": "Information about this item" }, head, this.facts);
    this.root.hidden = localStorage.getItem(REMEMBERED) !== "open";
    // The viewer would zoom the picture.
    this.root.addEventListener("wheel", (event) => event.stopPropagation());
    /** @type {?import("../api.js").Item} */
    this.item = null;
  }

  get isOpen() {
    return !this.root.hidden;
  }

  toggle() {
    this.root.hidden = this.isOpen;
    this.form = null;
    localStorage.setItem(REMEMBERED, this.isOpen ? "open" : "closed");
    this.#fill();
    this.onToggle();
  }

  /** @param {?import("../api.js").Item} item */
  show(item) {
    if (item?.id !== this.item?.id) this.form = null;
    this.item = item;
    this.#fill();
  }

  async #edit() {
    const { item } = this;
    const whole = item && !this.form && (await getItem(item.id).catch(() => null));
    if (!whole || this.item?.id !== item.id) return;
    this.form = new ItemForm(whole, this.deeds, () => this.#edited());
    this.facts.replaceChildren(this.form.root);
    this.pen.hidden = true;
    this.form.focus();
  }

  #edited() {
    this.form = null;
    this.#fill();
  }

  async #fill() {
    const { item } = this;
    this.pen.hidden = this.form !== null;
    if (!this.isOpen || !item || this.form) return;
    this.facts.replaceChildren(...factsOf(item));
    const whole = await getItem(item.id).catch(() => null);
    if (whole && this.item === item && !this.form) this.facts.replaceChildren(...factsOf(whole));
  }
}

/** @param {import("../api.js").Item} item */
function factsOf(item) {
  const pixels = item.width && item.height ? `${item.width} × ${item.height}` : "";
  const megapixels = pixels && item.kind === "image" ? `${((item.width * item.height) / 1e6).toFixed(1)} MP` : "";
  const zone = item.utc_offset && item.taken_at ? `UTC${item.utc_offset}` : "";
  const groups = [
    fact("Title", item.title),
    fact("Rating", item.rating && "★".repeat(item.rating)),
    fact("Date", format.takenAt(item), zone, format.takenAtSource(item)),
    fact("Camera", format.camera(item.camera)),
    fact("Lens", item.camera.lens),
    fact("Place", item.place, item.gps && format.position(item.gps)),
    estimateOf(item),
    fact("File", item.name, [item.mime, format.size(item.size_bytes)].join(" · ")),
    fact("Dimensions", [pixels, megapixels].filter(Boolean).join(" · ")),
    fact("Duration", item.duration_s && format.duration(item.duration_s)),
    fact("Problem", item.failure?.reason, item.failure && `While: ${item.failure.step}`),
    ...item.uploads.map((upload) => fact("Came in", upload.path, arrival(upload))),
    fact("SHA-256", element("code", { class: "digest" }, item.id)),
  ];
  return groups.filter(Boolean);
}

/** A place that other pictures lend, said to be one. @param {import("../api.js").Item} item */
function estimateOf({ gps, estimated_place: estimate }) {
  if (gps || !estimate) return null;
  const sureness = `Estimated from a picture taken at nearly the same time, ${Math.round(estimate.confidence * 100)}% sure`;
  return fact("Place (estimated)", estimate.place ?? format.position(estimate), estimate.place && format.position(estimate), sureness);
}

/** @param {string} title @param {...(Node | string | null | undefined | false | 0)} lines */
function fact(title, ...lines) {
  const shown = lines.filter(Boolean);
  if (!shown.length) return null;
  const [first, ...more] = shown.map((line, place) => element("p", { class: place ? "fact-more" : "fact-line" }, line));
  return element("section", { class: "fact" }, element("h3", {}, title), first, ...more);
}

/** @param {import("../api.js").Upload} upload in the visitor's own time */
function arrival(upload) {
  const at = new Date(upload.at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  return `By ${DOORS[upload.door]}, ${at}`;
}
