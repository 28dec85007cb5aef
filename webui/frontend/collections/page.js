/** What the pages of one memory and of one album share: the head with title, facts and actions, and the tiles. */
import { element } from "../dom.js";
import { Gallery } from "../gallery.js";
import { menuOf } from "./card.js";
import { ListSource } from "./list-source.js";
import { factsOf } from "./words.js";

/** @typedef {import("./card.js").Collection & {items: import("../api.js").Item[]}} Whole */

export class CollectionPage {
  /**
   * @param {Element} root
   * @param {() => Promise<Whole>} read
   * @param {{isByDay: boolean, actionsOf: (one: Whole) => import("./card.js").CardAction[]}} options
   */
  constructor(root, read, { isByDay, actionsOf }) {
    this.actionsOf = actionsOf;
    /** @type {?Whole} */
    this.one = null;
    this.title = element("h1", { class: "page-title" });
    this.facts = element("p", { class: "page-facts" });
    this.why = element("p", { class: "page-why" });
    this.menu = element("div", { class: "page-menu" });
    const words = element("div", { class: "page-words" }, this.title, this.facts, this.why);
    this.head = element("header", { class: "page-head" }, words, this.menu);
    this.none = element("p", { class: "message" }, "There are no photos in here any more.");
    root.append(this.head, this.none);
    const source = new ListSource(async () => {
      this.one = await read();
      return this.one.items;
    }, isByDay);
    this.gallery = new Gallery(root, source, () => this.#draw());
  }

  get deeds() {
    return this.gallery.deeds;
  }

  /** Show it for the first time. */
  async start() {
    try {
      await this.gallery.update();
      await this.gallery.viewer.openFromAddress();
    } catch (error) {
      this.deeds.toasts.say(error.message);
    }
  }

  #draw() {
    const { one } = this;
    this.title.textContent = one.title;
    this.facts.textContent = factsOf(one);
    this.why.textContent = one.why ? `Here because: ${one.why}.` : "";
    this.none.hidden = one.items.length > 0;
    this.menu.replaceChildren(this.gallery.chooseButton(), menuOf(one, this.actionsOf(one)));
    document.title = `${one.title} · Private Photo Cloud`;
    this.gallery.viewer.pageTitle = document.title;
  }
}
