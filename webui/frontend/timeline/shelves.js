/**
 * The items of each day, as far as they have been asked for. A day is loaded from its beginning in
 * pages; days that nobody looks at any more are forgotten.
 *
 * @typedef {import("../api.js").Item} Item
 * @typedef {{items: Item[], next: ?string | undefined, loading: ?Promise<void>, isStale: boolean}} Shelf
 */

const PAGE_ITEMS = 500;
const MOST_ITEMS_KEPT = 20_000;

export class Shelves {
  /**
   * @param {(day: string, cursor: ?string, limit: number) => Promise<import("../api.js").Page>} getPage
   * @param {(item: Item) => string} [dayOf] on which day an item stands
   */
  constructor(getPage, dayOf = (item) => item.taken_at?.slice(0, 10) ?? "unknown") {
    this.getPage = getPage;
    this.dayOf = dayOf;
    /** @type {Map<string, Shelf>} the day used last stands last */
    this.shelves = new Map();
  }

  /** What is loaded of a day, without asking for more. @param {string} day @returns {Item[]} */
  loaded(day) {
    return this.shelves.get(day)?.items ?? [];
  }

  /**
   * Load a day up to and including this place; undefined when the day has fewer items.
   * @param {string} day @param {number} index @returns {Promise<Item | undefined>}
   */
  async load(day, index) {
    const shelf = this.#use(day);
    while (shelf.items.length <= index && shelf.next !== null) {
      shelf.loading ??= this.#loadMore(day, shelf).finally(() => { shelf.loading = null; });
      await shelf.loading;
    }
    return shelf.items[index];
  }

  /** The place of an item in its day, -1 when it is not there. @param {string} day @param {string} id */
  async find(day, id) {
    for (let from = 0; ; ) {
      const item = await this.load(day, from);
      if (!item) return -1;
      const items = this.loaded(day);
      const place = items.findIndex((one, at) => at >= from && one.id === id);
      if (place >= 0) return place;
      from = items.length;
    }
  }

  /** The library has changed: what is loaded may be out of date. */
  markStale() {
    for (const shelf of this.shelves.values()) shelf.isStale = true;
  }

  /**
   * Load a stale day anew, as far as it is needed; the old items stay until the new ones are here.
   * @param {string} day @param {number} needed how many items from the start of the day
   */
  async refresh(day, needed) {
    const old = this.shelves.get(day);
    if (!old?.isStale) return;
    const shelf = newShelf();
    while (shelf.items.length < needed && shelf.next !== null) await this.#loadMore(day, shelf);
    if (this.shelves.get(day) === old) this.shelves.set(day, shelf);
  }

  /** Forget what is neither kept nor recent, once there is too much. @param {Set<string>} kept */
  forget(kept) {
    let total = 0;
    for (const shelf of this.shelves.values()) total += shelf.items.length;
    for (const [day, shelf] of this.shelves) {
      if (total <= MOST_ITEMS_KEPT) return;
      if (kept.has(day) || shelf.loading) continue;
      total -= shelf.items.length;
      this.shelves.delete(day);
    }
  }

  /** @param {string} day */
  #use(day) {
    const shelf = this.shelves.get(day) ?? newShelf();
    this.shelves.delete(day);
    this.shelves.set(day, shelf);
    return shelf;
  }

  /** @param {string} day @param {Shelf} shelf */
  async #loadMore(day, shelf) {
    const page = await this.getPage(day, shelf.next ?? null, PAGE_ITEMS);
    shelf.items.push(...page.items);
    shelf.next = page.next;
  }
}

/** @returns {Shelf} */
const newShelf = () => ({ items: [], next: undefined, loading: null, isStale: false });
