/** How fast, and how long still: smoothed, so that the numbers can be read. Pure; the clock is the caller's. */

const MEMORY_S = 6;

/** A rate per second that forgets the past slowly. */
export class Pace {
  constructor() {
    this.rest();
  }

  /** After a pause: what was before says nothing. */
  rest() {
    this.last = null;
    this.weighed = 0;
    this.weight = 0;
  }

  /** @param {number} total all there was so far @param {number} at_s */
  note(total, at_s) {
    const past = this.last;
    this.last = { total, at_s };
    if (!past || at_s <= past.at_s) return;
    const passed_s = at_s - past.at_s;
    const kept = Math.exp(-passed_s / MEMORY_S);
    const rate = Math.max(0, total - past.total) / passed_s;
    this.weighed = this.weighed * kept + rate * (1 - kept);
    this.weight = this.weight * kept + (1 - kept);
  }

  get perSecond() {
    return this.weight ? this.weighed / this.weight : 0;
  }
}

// What a request costs beside its bytes, as bytes: ten thousand tiny files are not sent in a moment.
const FILE_COST = 150_000;

/**
 * Hashing and sending go side by side: the slower of the two decides.
 * @typedef {{count: number, bytes: number}} Amount
 * @param {{unread: Amount, unsent: Amount, share: number, readPace: number, sendPace: number}} work share: how much of
 *   what is not yet examined will have to be sent, 0 to 1, judged by what was; paces in cost per second
 * @returns {?number} seconds; null while nothing can be said
 */
export function timeLeft({ unread, unsent, share, readPace, sendPace }) {
  const toRead = cost(unread);
  const toSend = cost(unsent) + share * toRead;
  if ((toSend > 0 && !sendPace) || (toRead > 0 && !readPace)) return null;
  return Math.max(toSend ? toSend / sendPace : 0, toRead ? toRead / readPace : 0);
}

/** @param {Amount} amount the bytes, and what its files cost beside them */
export function cost({ count, bytes }) {
  return bytes + count * FILE_COST;
}
