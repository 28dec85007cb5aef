/** Collects questions of one kind for a moment and asks them in one call. */
import { persist } from "./patience.js";

const COLLECT_MS = 200;
const MOST = 500;

export class Asker {
  /**
   * @param {(questions: any[]) => Promise<any[]>} answersTo in the same order
   * @param {AbortSignal} signal ends the asking
   * @param {(trouble: ?{message: string, until: number}) => void} onTrouble
   */
  constructor(answersTo, signal, onTrouble) {
    this.answersTo = answersTo;
    this.signal = signal;
    this.onTrouble = onTrouble;
    /** @type {{question: any, resolve: (answer: any) => void, reject: (error: Error) => void}[]} */
    this.waiting = [];
    this.timer = 0;
    this.isAsking = false;
  }

  /** Waits until the server has answered, however long. @returns {Promise<any>} */
  ask(question) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ question, resolve, reject });
      this.#soon();
    });
  }

  #soon() {
    if (this.isAsking || !this.waiting.length) return;
    if (this.waiting.length >= MOST) this.#askNow();
    else this.timer ||= setTimeout(() => this.#askNow(), COLLECT_MS);
  }

  async #askNow() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.isAsking = true;
    const asked = this.waiting.splice(0, MOST);
    try {
      const answers = await persist(() => this.answersTo(asked.map(({ question }) => question)), this.signal, this.onTrouble);
      asked.forEach(({ resolve }, place) => resolve(answers[place]));
    } catch (error) {
      asked.forEach(({ reject }) => reject(error));
    }
    this.isAsking = false;
    this.#soon();
  }
}
