/** Thumbnails of files that have just arrived: asked for while they are wanted, until the item is ready. */
import { mediaAddress } from "../api.js";
import { faceOf } from "../timeline/tile.js";

const EVERY_MS = 1500;
const AT_A_TIME = 8;
const MOST_KNOWN = 500;

export class Thumbnails {
  /** @param {(digest: string) => Promise<import("../api.js").Item>} itemOf @param {() => void} onNews */
  constructor(itemOf, onNews) {
    this.itemOf = itemOf;
    this.onNews = onNews;
    /** @type {Map<string, string>} address by digest, "" where there is no picture to come */
    this.known = new Map();
    this.wanted = new Set();
    this.timer = 0;
  }

  /** The address of a picture; "" while there is none. What is in view says so with every drawing. @param {string} digest */
  want(digest) {
    const address = this.known.get(digest);
    if (address !== undefined) return address;
    this.wanted.add(digest);
    this.timer ||= setTimeout(() => this.#ask(), EVERY_MS);
    return "";
  }

  async #ask() {
    const asked = [...this.wanted].slice(0, AT_A_TIME);
    this.wanted.clear();
    await Promise.allSettled(asked.map((digest) => this.#look(digest)));
    this.timer = 0;
    this.onNews();
  }

  async #look(digest) {
    const item = await this.itemOf(digest);
    const face = faceOf(item);
    if (face === "pending") return;
    this.known.set(digest, face === "picture" ? mediaAddress(item, "thumbnail") : "");
    if (this.known.size > MOST_KNOWN) this.known.delete(this.known.keys().next().value);
  }
}
