/** The members of one shot or burst in a row, why they are together, and what can be done about it. */
import { mediaAddress } from "../api.js";
import { element, icon } from "../dom.js";
import * as format from "../format.js";
import { faceOf } from "../timeline/tile.js";
import * as api from "./api.js";
import { whyTogether, wordsOf } from "./words.js";

/** @typedef {import("../api.js").Item} Item */

export class MemberRow {
  /**
   * @param {api.Sort} sort
   * @param {(item: Item) => void} onShow a member is to be looked at
   * @param {import("./deeds.js").Deeds} deeds
   */
  constructor(sort, onShow, deeds) {
    this.sort = sort;
    this.words = wordsOf(sort);
    this.onShow = onShow;
    this.deeds = deeds;
    /** @type {?api.Group} */
    this.group = null;
    /** @type {Set<string>} members ticked to be split off */
    this.ticked = new Set();
    this.title = element("h3", { class: "members-title" });
    this.why = element("p", { class: "members-why" });
    this.list = element("ul", { class: "members-list" });
    this.actions = element("div", { class: "members-actions" });
    this.root = element("section", { class: "members" }, element("div", { class: "members-head" }, this.title, this.why), this.list, this.actions);
    this.root.hidden = true;
  }

  /** @param {?api.Group} group none hides the row @param {string} currentId the member that is looked at */
  show(group, currentId) {
    if (group?.id !== this.group?.id) this.ticked.clear();
    this.group = group;
    this.currentId = currentId;
    this.root.hidden = !group || group.members.length < 2;
    if (this.root.hidden) return;
    const title = `${this.words.title}, ${format.counted(group.members.length, this.words.member)}`;
    this.root.setAttribute("aria-label", title);
    this.title.replaceChildren(title, ...(group.locked ? [icon("lock")] : []));
    this.why.textContent = whyTogether(group.why, group.locked);
    this.list.replaceChildren(...group.members.map((item) => this.#member(item)));
    this.list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#drawActions();
  }

  /** The member so many places further on, if there is one. @param {number} step */
  neighbour(step) {
    const { members } = this.group ?? { members: [] };
    return members[members.findIndex(({ id }) => id === this.currentId) + step];
  }

  /** @param {Item} item */
  #member(item) {
    const isCover = item.id === this.group.cover;
    const facts = { class: "member", type: "button", "aria-label": isCover ? `${item.name}, cover` : item.name, title: item.name };
    const button = element("button", facts, pictureOf(item));
    if (isCover) button.append(element("span", { class: "member-cover" }, "Cover"));
    if (item.id === this.currentId) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => this.onShow(item));
    const entry = element("li", {}, button);
    if (this.group.members.length > 2) entry.append(this.#tick(item));
    return entry;
  }

  /** @param {Item} item */
  #tick(item) {
    const tick = /** @type {HTMLInputElement} */ (element("input", { class: "member-tick", type: "checkbox", "aria-label": `Choose ${item.name}` }));
    tick.checked = this.ticked.has(item.id);
    tick.addEventListener("change", () => {
      if (tick.checked) this.ticked.add(item.id);
      else this.ticked.delete(item.id);
      this.#drawActions();
    });
    return tick;
  }

  #drawActions() {
    const { group, ticked, words } = this;
    const current = group.members.find(({ id }) => id === this.currentId);
    const made = [];
    if (ticked.size && ticked.size < group.members.length) made.push(this.#split());
    if (current && current.id !== group.cover) {
      made.push(this.#change("Use as cover", { cover: current.id }, `${current.name} is the cover now.`));
    }
    if (current) made.push(this.#change("Take this out", { ungroup: current.id }, `${current.name} stands alone now.`));
    made.push(this.#change(words.endAll, { ungroup: "all" }, words.endedAll));
    if (this.sort === "shots" && group.why.length) {
      made.push(this.#change("Separate all like these", { ungroup: "like" }, "Shots put together for the same reason are separate now."));
    }
    const lock = group.locked ? "Unlock" : "Lock";
    made.push(this.#change(lock, { lock: !group.locked }, group.locked ? "New files may join again." : "Locked: new files do not change this group."));
    this.actions.replaceChildren(...made);
  }

  #split() {
    const items = [...this.ticked];
    const words = `${format.counted(items.length, this.words.member)} split off.`;
    return this.#button(`Split off ${items.length}`, words, () => api.split(this.sort, this.group.id, items));
  }

  /** @param {string} label @param {object} change @param {string} words */
  #change(label, change, words) {
    return this.#button(label, words, () => api.changeGroup(this.sort, this.group.id, change));
  }

  /** @param {string} label @param {string} words @param {() => Promise<api.Decided>} deed */
  #button(label, words, deed) {
    const button = element("button", { class: "members-action", type: "button" }, label);
    button.addEventListener("click", () => this.deeds.carryOut(words, deed));
    return button;
  }
}

/** @param {Item} item */
function pictureOf(item) {
  const face = faceOf(item);
  if (face !== "picture") return icon(face);
  return element("img", { src: mediaAddress(item, "thumbnail"), alt: "", loading: "lazy", draggable: "false" });
}
