/** Collects questions “do you hold this digest?” for a moment and asks them in one call. */
import { persist } from "./patience.js";

const COLLECT_MS = 200;
const MOST = 500;

export class Asker {
  /**
   * @param {(digests: string[]) => Promise<Set<string>>} heldOf
   * @param {AbortSignal} signal ends the asking
   * @param {(trouble: ?{message: string, until: number}) => void} onTrouble
   */
  constructor(heldOf, signal, onTrouble) {
    this.heldOf = heldOf;
    this.signal = signal;
    this.onTrouble = onTrouble;
    /** @type {Map<string, ((isHeld: boolean) => void)[]>} */
    this.waiting = new Map();
    this.timer = 0;
    this.isAsking = false;
  }

  /** Waits until the server has answered, however long. @param {string} digest @returns {Promise<boolean>} */
  ask(digest) {
    return new Promise((resolve, reject) => {
      const others = this.waiting.get(digest) ?? [];
      this.waiting.set(digest, [...others, { resolve, reject }]);
      this.#soon();
    });
  }

  #soon() {
    if (this.isAsking || !this.waiting.size) return;
    if (this.waiting.size >= MOST) this.#askNow();
    else this.timer ||= setTimeout(() => this.#askNow(), COLLECT_MS);
  }

  async #askNow() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.isAsking = true;
    const asked = [...this.waiting].slice(0, MOST);
    for (const [digest] of asked) this.waiting.delete(digest);
    try {
      const held = await persist(() => this.heldOf(asked.map(([digest]) => digest)), this.signal, this.onTrouble);
      for (const [digest, askers] of asked) askers.forEach(({ resolve }) => resolve(held.has(digest)));
    } catch (error) {
      for (const [, askers] of asked) askers.forEach(({ reject }) => reject(error));
    }
    this.isAsking = false;
    this.#soon();
  }
}
