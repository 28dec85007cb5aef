/** The bar at the lower edge while something is chosen: how much, and what can be done with it. */
import { element } from "../dom.js";
import * as format from "../format.js";

/**
 * @typedef {import("../api.js").Item} Item
 * @typedef {{label: string, least?: number, isFor?: (items: Item[]) => boolean, run: (items: Item[]) => Promise<boolean | void>}} Choice
 *   ``run`` tells whether it was done; the selection ends then
 */
export class SelectionBar {
  /** @param {import("./selection.js").Selection} selection @param {Choice[]} choices */
  constructor(selection, choices) {
    this.selection = selection;
    this.choices = choices;
    this.count = element("p", { class: "selection-count", role: "status" });
    this.buttons = element("div", { class: "selection-choices" });
    const end = element("button", { class: "button button-quiet button-small", type: "button" }, "Cancel");
    end.addEventListener("click", () => selection.clear());
    this.root = element("section", { class: "selection-bar", "aria-label": "Chosen photos" }, this.count, this.buttons, end);
    this.root.hidden = true;
    document.body.append(this.root);
    selection.onChange(() => this.#draw());
  }

  #draw() {
    const { selection } = this;
    const items = [...selection.items.values()];
    this.root.hidden = !selection.isOn;
    document.body.classList.toggle("has-selection", selection.isOn);
    this.count.textContent = items.length ? `${format.number(items.length)} chosen` : "Choose photos";
    const fitting = this.choices.filter(({ least = 1, isFor = () => true }) => items.length >= least && isFor(items));
    this.buttons.replaceChildren(...fitting.map((choice) => this.#button(choice, items)));
  }

  /** @param {Choice} choice @param {Item[]} items */
  #button({ label, run }, items) {
    const button = element("button", { class: "button button-small", type: "button" }, label);
    button.addEventListener("click", async () => {
      if (await run(items)) this.selection.clear();
    });
    return button;
  }
}
