/** The list of files under a row of filters, each with its number. */
import { element } from "../dom.js";
import * as format from "../format.js";
import { FileList } from "./file-list.js";

/** @typedef {{word: string, states: ?import("./batch.js").State[]}} Filter states null: all files */

export class Browse {
  /** @param {Filter[]} filters the first is chosen @param {FileList["face"]} face */
  constructor(filters, face) {
    this.list = new FileList(face);
    this.choices = filters.map((filter) => this.#choice(filter));
    const group = element("div", { class: "filters", role: "group", "aria-label": "Which files to show" });
    group.append(...this.choices.map(({ button }) => button));
    this.root = element("div", { class: "browse" }, group, this.list.root);
    this.#choose(this.choices[0]);
  }

  /** @param {import("./batch.js").Batch} batch */
  draw(batch) {
    this.batch = batch;
    for (const { filter, button, number } of this.choices) {
      const count = filter.states ? batch.in(...filter.states).count : batch.total.count;
      number.textContent = format.number(count);
      button.disabled = count === 0 && button !== this.chosen.button;
    }
    const { states } = this.chosen.filter;
    this.list.show(states ? batch.files.filter(({ state }) => states.includes(state)) : batch.files);
  }

  #choice(filter) {
    const number = element("span", { class: "filter-number" });
    const button = element("button", { class: "filter", type: "button", "aria-pressed": "false" }, filter.word, " ", number);
    const choice = { filter, button, number };
    button.addEventListener("click", () => this.#choose(choice));
    return choice;
  }

  #choose(choice) {
    this.chosen?.button.setAttribute("aria-pressed", "false");
    choice.button.setAttribute("aria-pressed", "true");
    this.chosen = choice;
    this.list.root.scrollTop = 0;
    if (this.batch) this.draw(this.batch);
  }
}
