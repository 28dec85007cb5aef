/** Short messages at the lower edge: what has just been done, each with the way back. */
import { element } from "./dom.js";

const SHOWN_MS = 12_000;

export class Toasts {
  constructor() {
    this.words = element("p", { class: "toast-words", role: "status" });
    this.undo = /** @type {HTMLButtonElement} */ (element("button", { class: "toast-undo", type: "button" }, "Undo"));
    this.root = element("div", { class: "toast" }, this.words, this.undo);
    this.root.hidden = true;
    /** @type {?() => Promise<void>} */
    this.onUndo = null;
    this.timer = 0;
    this.undo.addEventListener("click", () => this.takeBack());
    // Whoever reaches for the button has all the time there is.
    for (const type of ["pointerenter", "focusin"]) this.root.addEventListener(type, () => clearTimeout(this.timer));
    for (const type of ["pointerleave", "focusout"]) this.root.addEventListener(type, () => this.#hideSoon());
    addEventListener("keydown", (event) => this.#pressed(event));
    document.body.append(this.root);
  }

  /** Stand within this element: a viewer over the page lets nothing else have the keyboard. @param {HTMLElement} parent */
  moveTo(parent) {
    parent.append(this.root);
  }

  /** @param {string} words a sentence @param {?() => Promise<void>} [onUndo] */
  say(words, onUndo = null) {
    this.onUndo = onUndo;
    this.words.textContent = words;
    this.undo.hidden = !onUndo;
    this.root.hidden = false;
    this.#hideSoon();
  }

  /** Undo what the message tells of, once. */
  async takeBack() {
    const { onUndo } = this;
    this.onUndo = null;
    await onUndo?.();
  }

  #hideSoon() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.#hide(), SHOWN_MS);
  }

  #hide() {
    this.root.hidden = true;
    this.onUndo = null;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const isTyping = event.target instanceof Element && event.target.matches("input:not([type=checkbox]), textarea");
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || isTyping || !this.onUndo) return;
    event.preventDefault();
    this.takeBack();
  }
}
