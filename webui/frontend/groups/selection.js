/** Which tiles are chosen, and in which order. Pure; listeners hear of every change. */
export class Selection {
  constructor() {
    /** @type {Map<string, import("../api.js").Item>} by item id */
    this.items = new Map();
    this.isOn = false;
    /** @type {?string} where a range begins */
    this.anchor = null;
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  get size() {
    return this.items.size;
  }

  /** @param {string} id */
  has(id) {
    return this.items.has(id);
  }

  /** From now on a click chooses, although nothing is chosen yet. */
  begin() {
    this.isOn = true;
    this.#tell();
  }

  /** The last one let go of ends the choosing. @param {import("../api.js").Item} item */
  toggle(item) {
    if (!this.items.delete(item.id)) this.items.set(item.id, item);
    this.anchor = item.id;
    this.isOn = this.size > 0;
    this.#tell();
  }

  /**
   * Everything from the last choice to here, as far as both are in this list; else this one.
   * @param {import("../api.js").Item} item @param {import("../api.js").Item[]} list
   */
  extendTo(item, list) {
    const [start, end] = [this.anchor, item.id].map((id) => list.findIndex((one) => one.id === id));
    const from = start < 0 ? end : Math.min(start, end);
    const to = Math.max(start, end);
    for (const one of list.slice(from, to + 1)) this.items.set(one.id, one);
    this.anchor = item.id;
    this.isOn = true;
    this.#tell();
  }

  clear() {
    this.items.clear();
    this.anchor = null;
    this.isOn = false;
    this.#tell();
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.listeners.push(listener);
  }

  #tell() {
    for (const listener of this.listeners) listener();
  }
}
