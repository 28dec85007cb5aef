/**
 * The list of files. Only the rows in view exist as elements, so fifty thousand files scroll like fifty;
 * a row is redrawn when what it says has changed.
 */
import { element, icon } from "../dom.js";
import * as format from "../format.js";

export const ROW_HEIGHT = 56;
const SPARE = 4;

/** @typedef {import("./batch-file.js").BatchFile} BatchFile */

/**
 * Which rows are in view, with some to spare. Pure.
 * @param {number} top @param {number} height of the view @param {number} count @returns {[number, number]} first, and past the last
 */
export function rowsBetween(top, height, count) {
  const first = Math.min(count, Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE));
  return [first, Math.min(count, Math.ceil((top + height) / ROW_HEIGHT) + SPARE)];
}

export class FileList {
  /**
   * @param {{
   *   stateOf: (file: BatchFile) => string,
   *   actionOf: (file: BatchFile) => ?{word: string, act: () => void},
   *   thumbnailOf: (file: BatchFile) => string,
   * }} face
   */
  constructor(face) {
    this.face = face;
    this.space = element("div", { class: "files-space" });
    this.root = element("div", { class: "files", role: "list", "aria-label": "Files", tabindex: "0" }, this.space);
    /** @type {BatchFile[]} */
    this.files = [];
    /** @type {Map<BatchFile, Row>} */
    this.rows = new Map();
    this.root.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.root);
  }

  /** @param {BatchFile[]} files */
  show(files) {
    this.files = files;
    this.draw();
  }

  draw() {
    const count = this.files.length;
    this.space.style.height = `${count * ROW_HEIGHT}px`;
    const [first, last] = rowsBetween(this.root.scrollTop, this.root.clientHeight, count);
    const shown = new Map();
    for (let place = first; place < last; place += 1) {
      const file = this.files[place];
      const row = this.rows.get(file) ?? new Row(file);
      shown.set(file, row);
      row.draw(this.face, place, count);
      if (!row.root.isConnected) this.space.append(row.root);
    }
    for (const [file, row] of this.rows) {
      if (!shown.has(file)) row.root.remove();
    }
    this.rows = shown;
  }
}

class Row {
  /** @param {BatchFile} file */
  constructor(file) {
    this.file = file;
    this.shown = "";
    this.act = () => {};
    this.picture = element("span", { class: "file-picture" });
    this.state = element("span", { class: "file-state" });
    this.bar = element("span", { class: "file-bar" });
    this.button = element("button", { class: "button button-small button-quiet", type: "button" });
    this.button.addEventListener("click", () => this.act());
    const name = element("span", { class: "file-name", title: file.path }, file.name);
    const where = [file.folder, file.size ? format.size(file.size) : ""].filter(Boolean).join(" · ");
    const facts = element("span", { class: "file-facts" }, name, element("span", { class: "file-where" }, where));
    this.root = element("div", { role: "listitem" }, this.picture, facts, this.state, this.button, this.bar);
  }

  /** @param {FileList["face"]} face @param {number} place @param {number} count */
  draw({ stateOf, actionOf, thumbnailOf }, place, count) {
    const words = stateOf(this.file);
    const thumbnail = thumbnailOf(this.file);
    const action = actionOf(this.file);
    const wanted = [place, count, words, thumbnail, action?.word].join("|");
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.root.className = `file file-${this.file.state}`;
    this.root.style.transform = `translateY(${place * ROW_HEIGHT}px)`;
    this.root.setAttribute("aria-posinset", String(place + 1));
    this.root.setAttribute("aria-setsize", String(count));
    this.state.textContent = words;
    this.state.title = words;
    this.#drawPicture(thumbnail);
    this.#drawAction(action);
    this.bar.style.transform = `scaleX(${this.file.size ? this.file.done / this.file.size : 0})`;
  }

  #drawPicture(thumbnail) {
    if (thumbnail === this.thumbnail) return;
    this.thumbnail = thumbnail;
    const shown = thumbnail ? element("img", { alt: "", decoding: "async", src: thumbnail }) : icon(this.file.isMedia ? "picture" : "other");
    this.picture.replaceChildren(shown);
  }

  #drawAction(action) {
    this.button.hidden = !action;
    if (!action) return;
    this.act = action.act;
    this.button.textContent = action.word;
    this.button.setAttribute("aria-label", `${action.word}: ${this.file.name}`);
  }
}
