/** What people say of an item beside its file: title, rating and the time of capture, to be written down. */
import { getItem } from "../api.js";
import { element } from "../dom.js";
import { say } from "../groups/api.js";

const RATINGS = ["None", "★", "★★", "★★★", "★★★★", "★★★★★"];
const TO_THE_SECOND = 19;

export class ItemForm {
  /**
   * @param {import("../api.js").Item} item with all that is known about it
   * @param {import("../groups/deeds.js").Deeds} deeds
   * @param {() => void} onDone
   */
  constructor(item, deeds, onDone) {
    this.item = item;
    this.deeds = deeds;
    this.onDone = onDone;
    this.title = /** @type {HTMLInputElement} */ (element("input", { name: "title", maxlength: "200", autocomplete: "off" }));
    this.title.value = item.title ?? "";
    const options = RATINGS.map((words, rating) => element("option", { value: String(rating) }, words));
    this.rating = /** @type {HTMLSelectElement} */ (element("select", { name: "rating" }, ...options));
    this.rating.value = String(item.rating ?? 0);
    this.date = /** @type {HTMLInputElement} */ (element("input", { name: "date", type: "datetime-local", step: "1" }));
    this.date.value = item.taken_at?.slice(0, TO_THE_SECOND) ?? "";
    this.date.disabled = !item.taken_at;
    const cancel = element("button", { class: "button button-small", type: "button" }, "Cancel");
    cancel.addEventListener("click", onDone);
    this.root = element("form", { class: "info-form" },
      element("label", {}, "Title", this.title),
      element("label", {}, "Rating", this.rating),
      element("label", {}, "Date and time", this.date),
      element("div", { class: "info-form-buttons" }, element("button", { class: "button button-main button-small", type: "submit" }, "Save"), cancel));
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && onDone());
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
  }

  focus() {
    this.title.focus();
  }

  async #save() {
    const words = this.#words();
    const later_s = shiftOf(this.item.taken_at, this.date.value);
    this.onDone();
    if (!later_s && !Object.keys(words).length) return;
    await this.deeds.carryOut(`${this.item.name} is changed.`, () => this.#say(words, later_s));
  }

  /** What is another word than before. */
  #words() {
    const words = {};
    const title = this.title.value.trim();
    if (title !== (this.item.title ?? "")) words.title = title || null;
    const rating = Number(this.rating.value);
    if (rating !== (this.item.rating ?? 0)) words.rating = rating;
    return words;
  }

  /**
   * All files of one picture were taken at one time.
   * @param {object} words @param {number} later_s
   */
  async #say(words, later_s) {
    const { item } = this;
    if (!later_s) return say(item.id, words);
    const decisions = [(await say(item.id, { ...words, shift_s: item.shift_s + later_s })).decision];
    for (const id of item.group?.members ?? []) {
      const other = id === item.id ? null : await getItem(id);
      if (other?.taken_at) decisions.push((await say(id, { shift_s: other.shift_s + later_s })).decision);
    }
    return { decisions };
  }
}

/**
 * By how many seconds a time was changed; both on the clock of one wall.
 * @param {?string} before @param {string} after
 */
export function shiftOf(before, after) {
  if (!before || !after) return 0;
  const moment = (text) => Date.parse(`${text.slice(0, TO_THE_SECOND)}Z`);
  const seconds = (moment(after.length === 16 ? `${after}:00` : after) - moment(before)) / 1000;
  return Number.isFinite(seconds) ? Math.round(seconds) : 0;
}
