/** The line in the header: what the library holds, and what is happening to it right now. */
import { element } from "./dom.js";
import * as format from "./format.js";

export class StatusLine {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.shown = "";
  }

  /** @param {import("./api.js").Status} status */
  show(status) {
    this.#draw(chipsOf(status));
  }

  showLost() {
    this.#draw([{ sort: "bad", words: "The server does not answer; trying again" }]);
  }

  /** Touch the page only when the words change. @param {{sort: string, words: string, title?: string, href?: string}[]} chips */
  #draw(chips) {
    const wanted = JSON.stringify(chips);
    if (wanted === this.shown) return;
    this.shown = wanted;
    const made = chips.map(({ sort, words, title = "", href }) => {
      const facts = { class: `chip chip-${sort}`, title };
      return href ? element("a", { ...facts, href }, words) : element("span", facts, words);
    });
    this.root.replaceChildren(...made);
  }
}

/** @param {import("./api.js").Status} status */
function chipsOf({ items, originals, duplicates, queue, receiving }) {
  const chips = [];
  const waiting = queue.pending + queue.running;
  if (receiving.length) chips.push({ sort: "busy", words: `Receiving ${format.counted(receiving.length, "file")}` });
  if (waiting) chips.push({ sort: "busy", words: `${format.number(waiting)} being prepared` });
  if (queue.failed) {
    const title = "Kept safely, but could not be prepared; show which";
    chips.push({ sort: "bad", words: `${format.number(queue.failed)} failed`, title, href: "/failures" });
  }
  if (items) chips.push({ sort: "plain", words: `${format.counted(items, "item")}, ${format.size(originals.bytes)}` });
  if (duplicates.count) {
    const words = `${format.counted(duplicates.count, "duplicate")}, ${format.size(duplicates.bytes)} saved`;
    chips.push({ sort: "extra", words, title: "Files that were here already and took no space" });
  }
  return chips;
}
