/** Small questions in a dialog of the page: a title to type, one of several to pick. */
import { element, icon } from "./dom.js";

/**
 * Ask for a line of text.
 * @param {string} heading @param {{value?: string, label: string, button: string}} options
 * @returns {Promise<?string>} null when the visitor thought better of it
 */
export function askLine(heading, { value = "", label, button }) {
  const input = /** @type {HTMLInputElement} */ (element("input", { name: "line", required: "", maxlength: "200", autocomplete: "off" }));
  input.value = value;
  const form = element("form", { class: "form", method: "dialog" },
    element("label", {}, label, input),
    element("button", { class: "button button-main button-wide", type: "submit", value: "yes" }, button));
  const answer = open(heading, form, () => input.value.trim() || null);
  input.select();
  return answer;
}

/**
 * Have one picked, or a new one made.
 * @param {string} heading @param {{id: string, words: string}[]} options @param {string} [newWords] offers a new one
 * @returns {Promise<?string>} the id, "" for a new one, null for none
 */
export function pickOne(heading, options, newWords) {
  const offered = newWords ? [{ id: "", words: newWords }, ...options] : options;
  const buttons = offered.map(({ id, words }) => element("button", { class: "button button-wide", type: "submit", value: `=${id}` }, words));
  const form = element("form", { class: "picks", method: "dialog" }, ...buttons);
  return open(heading, form, (value) => value.slice(1));
}

/** @param {string} heading @param {HTMLElement} form @param {(value: string) => ?string} read */
function open(heading, form, read) {
  const close = element("button", { class: "button button-quiet button-round", type: "button", "aria-label": "Close" }, icon("close"));
  const head = element("div", { class: "panel-head" }, element("h2", { id: "dialog-title" }, heading), close);
  const dialog = /** @type {HTMLDialogElement} */ (element("dialog", { class: "panel panel-small", "aria-labelledby": "dialog-title" }, head, form));
  close.addEventListener("click", () => dialog.close(""));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue ? read(dialog.returnValue) : null);
    });
  });
}
