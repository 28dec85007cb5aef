/** Carries out what people decide about their photos: does it, says so, and offers the way back. */
import * as api from "./api.js";

export class Deeds {
  /**
   * @param {import("../toasts.js").Toasts} toasts
   * @param {() => Promise<void>} onChanged shows the library as it is now
   */
  constructor(toasts, onChanged) {
    this.toasts = toasts;
    this.onChanged = onChanged;
  }

  /**
   * Do it and tell; a refusal is told in its own words.
   * @param {string} words a sentence about what will have been done
   * @param {() => Promise<import("./api.js").Decided>} deed several decisions are undone as one, the last first
   * @returns {Promise<boolean>} whether it was done
   */
  async carryOut(words, deed) {
    return this.#attempt(async () => {
      const { decision, decisions = [decision] } = await deed();
      this.toasts.say(words, () => this.#undo(decisions));
    });
  }

  /** @param {number[]} decisions */
  async #undo(decisions) {
    await this.#attempt(async () => {
      for (const decision of [...decisions].reverse()) await api.undo(decision);
      this.toasts.say("Undone.");
    });
  }

  /** @param {() => Promise<void>} deed */
  async #attempt(deed) {
    try {
      await deed();
    } catch (error) {
      this.toasts.say(error instanceof TypeError ? "The server does not answer. Nothing was changed." : error.message);
      return false;
    }
    await this.onChanged();
    return true;
  }
}
