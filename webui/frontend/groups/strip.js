/** The strip in the viewer: the burst an item is in and the files of its shot, each with its reasons. */
import { element } from "../dom.js";
import { getGroup } from "./api.js";
import { MemberRow } from "./member-row.js";
import { groupOf } from "./words.js";

/** @typedef {import("../api.js").Item} Item */

export class Strip {
  /**
   * @param {(item: Item) => void} onShow a member is to be looked at
   * @param {() => void} onResize the strip has appeared, gone or grown
   * @param {import("./deeds.js").Deeds} deeds
   */
  constructor(onShow, onResize, deeds) {
    this.onShow = onShow;
    this.onResize = onResize;
    this.burst = new MemberRow("bursts", onShow, deeds);
    this.shot = new MemberRow("shots", onShow, deeds);
    this.root = element("div", { class: "strip" }, this.burst.root, this.shot.root);
    this.root.hidden = true;
    // The viewer would zoom the picture.
    this.root.addEventListener("wheel", (event) => event.stopPropagation());
    this.told = 0;
    new ResizeObserver(() => this.#tell()).observe(this.root);
    /** @type {?Item} the one that was asked about last */
    this.item = null;
  }

  get height() {
    return this.root.hidden ? 0 : this.root.offsetHeight;
  }

  /** @param {?Item} item a new object for one whose groups may have changed */
  async show(item) {
    if (item === this.item) return;
    this.item = item;
    const found = item && groupOf(item) ? await groupsOf(item).catch(() => null) : null;
    if (this.item === item) this.#draw(...(found ?? [null, null]));
  }

  /** The member above or below, where the keyboard goes. @param {number} step @returns {Item | undefined} */
  neighbour(step) {
    const row = this.shot.root.hidden ? this.burst : this.shot;
    return row.neighbour(step) ?? this.burst.neighbour(step);
  }

  /** @param {?import("./api.js").Group} burst @param {?import("./api.js").Group} shot */
  #draw(burst, shot) {
    const covers = shot ? shot.members.map(({ id }) => id) : [];
    const inBurst = burst?.members.find(({ id }) => covers.includes(id));
    this.burst.show(burst, inBurst?.id ?? "");
    this.shot.show(shot, this.item?.id ?? "");
    this.root.hidden = this.burst.root.hidden && this.shot.root.hidden;
    this.#tell();
  }

  #tell() {
    if (this.height === this.told) return;
    this.told = this.height;
    this.onResize();
  }
}

/** The burst and the shot of an item. @param {Item} item */
const groupsOf = (item) => Promise.all([item.burst && getGroup("bursts", item.burst.id), getGroup("shots", item.shot_id)]);
