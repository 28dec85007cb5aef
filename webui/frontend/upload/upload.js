/**
 * Uploading, on every page that loads it: the whole page takes drops. On /upload it fills the page;
 * elsewhere it lives in a panel, so that photos can be looked at meanwhile.
 */
import "../styles/upload.css";
import { element, icon } from "../dom.js";
import { takeDrops } from "./drop-target.js";
import { makeUploader } from "./make.js";
import { UploadPanel } from "./panel.js";
import { makePicker } from "./picker.js";
import { itemOf } from "./server.js";

const uploader = makeUploader();
const panel = new UploadPanel(uploader, itemOf);

const picker = makePicker({
  title: "Drop files or folders here",
  words: "Or a whole card. What your library holds already is not sent again.",
}, add);

/** @param {AsyncIterable<import("./gather.js").Candidate[]>} portions */
function add(portions) {
  // A new upload begins a new list, unless something of the last one is still to be seen to.
  if (!uploader.isBusy && !uploader.batch.counts.failed) uploader.clear();
  uploader.add(portions);
  show();
}

const page = document.querySelector("#upload");
const show = page ? () => {} : inDialog();
page?.append(picker, panel.root);
takeDrops("Drop to upload", add);

/** A panel over this page, and a handle at its edge while something is under way. @returns {() => void} shows it */
function inDialog() {
  const close = element("button", { class: "button button-quiet button-round", "aria-label": "Close" }, icon("close"));
  const head = element("div", { class: "panel-head" }, element("h2", { id: "upload-title" }, "Upload"), element("form", { method: "dialog" }, close));
  const dialog = /** @type {HTMLDialogElement} */ (element("dialog", { class: "panel upload-dialog", "aria-labelledby": "upload-title" }, head, picker, panel.root));
  const handle = element("button", { class: "upload-handle", type: "button" });
  handle.hidden = true;
  document.body.append(dialog, handle);
  const open = () => {
    if (!dialog.open) dialog.showModal();
    panel.draw();
  };
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  handle.addEventListener("click", open);
  document.querySelector("#upload-link")?.addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });
  setInterval(() => {
    handle.hidden = dialog.open || !uploader.isBusy;
    if (!handle.hidden) handle.textContent = panel.inBrief;
  }, 500);
  return open;
}
