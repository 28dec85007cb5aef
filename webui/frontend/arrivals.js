/** The files that are arriving right now, each with its bytes and a bar; in a corner. */
import { element } from "./dom.js";
import * as format from "./format.js";

const MOST_SHOWN = 6;

export class Arrivals {
  /** @param {HTMLElement} root @param {HTMLElement} announcer a polite live region */
  constructor(root, announcer) {
    this.root = root;
    this.announcer = announcer;
    this.rows = new Map();
    this.more = element("p", { class: "arrivals-more" });
    root.append(this.more);
  }

  /** @param {import("./api.js").Status["receiving"]} receiving */
  show(receiving) {
    const shown = receiving.slice(0, MOST_SHOWN);
    this.#drop(new Set(shown.map(({ path }) => path)));
    for (const file of shown) this.#update(file);
    const others = receiving.length - shown.length;
    this.more.textContent = others ? `and ${format.counted(others, "more file")}` : "";
    this.root.hidden = receiving.length === 0;
    this.#announce(receiving.length > 0);
  }

  /** Once when files begin to arrive and once at their end: bytes would never let a screen reader rest. */
  #announce(isBusy) {
    if (isBusy === Boolean(this.isBusy)) return;
    this.isBusy = isBusy;
    this.announcer.textContent = isBusy ? "Files are arriving" : "All files have arrived";
  }

  #drop(paths) {
    for (const [path, row] of this.rows) {
      if (paths.has(path)) continue;
      row.root.remove();
      this.rows.delete(path);
    }
  }

  #update(file) {
    if (!this.rows.has(file.path)) this.rows.set(file.path, this.#row(file));
    const { words, bar } = this.rows.get(file.path);
    words.textContent = format.arrived(file);
    if (file.expected) {
      bar.max = file.expected;
      bar.value = file.bytes;
    }
  }

  #row({ path }) {
    const name = path.split("/").at(-1);
    const words = element("span", { class: "arrival-bytes" });
    const bar = element("progress", { class: "arrival-bar", "aria-label": name });
    const root = element("div", { class: "arrival" }, element("span", { class: "arrival-name", title: path }, name), words, bar);
    this.more.before(root);
    return { root, words, bar };
  }
}
