/**
 * Tiles of a memory or album, whose items come all at once: by day for a memory, in the order that people
 * chose for an album. Pure but for the asking.
 *
 * @typedef {import("../api.js").Item} Item
 */
const IN_ORDER = "in order";

export class ListSource {
  /** @param {() => Promise<Item[]>} getItems @param {boolean} isByDay */
  constructor(getItems, isByDay) {
    this.getItems = getItems;
    /** @type {Item[]} */
    this.items = [];
    /** @param {Item} item */
    this.dayOf = (item) => (isByDay ? item.taken_at?.slice(0, 10) ?? "unknown" : IN_ORDER);
    this.getDays = this.getDays.bind(this);
    this.getPage = this.getPage.bind(this);
  }

  /** @returns {Promise<import("../api.js").Day[]>} */
  async getDays() {
    this.items = await this.getItems();
    return this.#days();
  }

  /** @param {string} day @returns {Promise<import("../api.js").Page>} */
  async getPage(day) {
    return { items: this.items.filter((item) => this.dayOf(item) === day), next: null };
  }

  #days() {
    const counts = new Map();
    for (const item of this.items) counts.set(this.dayOf(item), (counts.get(this.dayOf(item)) ?? 0) + 1);
    return [...counts].map(([day, count]) => ({ day, count, ...(day === IN_ORDER && { title: "" }) }));
  }
}
