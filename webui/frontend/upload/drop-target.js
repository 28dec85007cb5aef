/** The whole page takes files: while some are dragged over it, it says so; a drop hands them on. */
import { element, icon } from "../dom.js";
import { entriesOf, gatherEntries } from "./gather.js";

/**
 * @param {string} words what happens to files that are dropped here
 * @param {(portions: AsyncIterable<import("./gather.js").Candidate[]>) => void} onDrop
 */
export function takeDrops(words, onDrop) {
  const overlay = element("div", { class: "drop-overlay", "aria-hidden": "true" },
    element("div", { class: "drop-frame" }, icon("upload"), element("p", {}, words)));
  overlay.hidden = true;
  let timer = 0;
  const hide = () => { overlay.hidden = true; };

  addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    // Above open panels too, which stand over all that is not in them.
    (document.querySelector("dialog[open]") ?? document.body).append(overlay);
    overlay.hidden = false;
    // Drags that leave the window do not always say so; those that stay say it several times a second.
    clearTimeout(timer);
    timer = setTimeout(hide, 400);
  });
  addEventListener("drop", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    clearTimeout(timer);
    hide();
    const entries = entriesOf(event.dataTransfer);
    if (entries.length) onDrop(gatherEntries(entries));
  });
}
