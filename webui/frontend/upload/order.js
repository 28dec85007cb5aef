/** Which file is next: pictures and films before all else, then the smallest. Pure. */

const MEDIA = new RegExp(
  "\\.(?:jpe?g|jpe|png|gif|webp|avif|hei[cf]|hif|tiff?|bmp|jxl|dng|cr[23w]|crw|nef|nrw|arw|sr[2fw]|raf|rw2|rwl|orf|pef|x3f"
  + "|3fr|fff|iiq|mos|mrw|erf|kdc|dcr|gpr|mp4|m4v|mov|qt|avi|mts|m2ts?|mkv|webm|3gp|3g2|mpe?g|wmv|insv|lrv)$",
  "i",
);

/** @param {string} path by its name alone: only the order hangs on it; the server looks inside */
export const isMedia = (path) => MEDIA.test(path);

/** @typedef {{isMedia: boolean, size: number, id: number}} Ranked */

/** Below zero when one goes before the other; among equals the first to come. @param {Ranked} one @param {Ranked} other */
export const compare = (one, other) => other.isMedia - one.isMedia || one.size - other.size || one.id - other.id;

/** A priority queue (binary heap): files come while others go, and sorting fifty thousand anew would halt the page. */
export class Queue {
  /** @param {(one: any, other: any) => number} [order] */
  constructor(order = compare) {
    this.order = order;
    this.heap = [];
  }

  get size() {
    return this.heap.length;
  }

  clear() {
    this.heap.length = 0;
  }

  push(value) {
    const { heap } = this;
    let place = heap.length;
    heap.push(value);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.order(heap[above], value) <= 0) break;
      heap[place] = heap[above];
      place = above;
    }
    heap[place] = value;
  }

  /** The first of all, undefined when there is none. */
  pop() {
    const { heap } = this;
    const first = heap[0];
    const moved = heap.pop();
    if (heap.length) this.#sink(moved);
    return first;
  }

  #sink(value) {
    const { heap } = this;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && this.order(heap[below + 1], heap[below]) < 0) below += 1;
      if (this.order(value, heap[below]) <= 0) break;
      heap[place] = heap[below];
      place = below;
    }
    heap[place] = value;
  }
}
