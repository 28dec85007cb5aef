/** Two buttons to choose files or a whole folder, and the words that a drop works too. */
import { element, icon } from "../dom.js";
import { portionsOf } from "./gather.js";

/**
 * @param {{title: string, words: string, takesFiles?: boolean}} face
 * @param {(portions: AsyncIterable<import("./gather.js").Candidate[]>) => void} onPick
 * @returns {HTMLElement}
 */
export function makePicker({ title, words, takesFiles = true }, onPick) {
  const folder = choice("Choose a folder", { webkitdirectory: "" }, onPick);
  const files = takesFiles ? choice("Choose files", { multiple: "" }, onPick) : [];
  return element("div", { class: "picker" },
    icon("upload"),
    element("div", { class: "picker-words" }, element("h2", {}, title), element("p", {}, words)),
    element("div", { class: "picker-buttons" }, ...files, ...folder));
}

/** A button, and the input behind it, which no style reaches. */
function choice(word, attributes, onPick) {
  const input = /** @type {HTMLInputElement} */ (element("input", { type: "file", class: "visually-hidden", tabindex: "-1", "aria-hidden": "true", ...attributes }));
  const button = element("button", { class: "button button-main", type: "button" }, word);
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = [...input.files];
    // The same folder chosen again shall count as a choice; this empties the input's own list.
    input.value = "";
    if (files.length) onPick(portionsOf(files));
  });
  return [button, input];
}
