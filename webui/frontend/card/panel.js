/** A card check as people see it: the bar while files are read, then the verdict and both lists. */
import { element, icon } from "../dom.js";
import * as format from "../format.js";
import { Browse } from "../upload/browse.js";
import { Meter } from "../upload/meter.js";
import * as words from "../upload/words.js";
import { copyText } from "../../static/copy-text.js";
import { NOT_HELD, report, verdictOf } from "./verdict.js";

const DRAW_EVERY_MS = 200;

const FILTERS = [
  { word: "All", states: null },
  { word: "Not in your library", states: NOT_HELD },
  { word: "In your library", states: ["held"] },
];

export class CheckPanel {
  /** @param {import("../upload/uploader.js").Uploader} uploader @param {() => void} onUpload the missing ones shall be sent */
  constructor(uploader, onUpload) {
    this.uploader = uploader;
    this.title = element("h2", { class: "upload-title" });
    this.words = element("p", {});
    this.mark = element("span", { class: "verdict-mark" });
    this.verdict = element("div", { class: "verdict" }, this.mark, element("div", {}, this.title, this.words));
    this.meter = new Meter();
    this.trouble = element("p", { class: "notice notice-bad" });
    this.upload = button("Upload the missing ones", onUpload, "button-main");
    this.stop = button("Stop", () => uploader.cancelAll());
    this.copy = button("Copy the list", () => this.#copy());
    this.download = element("a", { class: "button", download: "card check.txt" }, "Save the list");
    this.download.addEventListener("click", () => this.#fillDownload());
    this.spoken = element("p", { class: "visually-hidden", role: "status" });
    this.browse = new Browse(FILTERS, { stateOf: words.stateOf, actionOf: () => null, thumbnailOf: () => "" });
    const actions = element("div", { class: "upload-actions" }, this.upload, this.stop, this.copy, this.download);
    this.now = element("div", { class: "upload-now" }, this.verdict, this.meter.root, this.trouble, actions, this.browse.root);
    this.root = element("section", { class: "upload", "aria-label": "Card check" }, this.now, this.spoken);
    this.timer = 0;
    uploader.onChange = () => this.drawSoon();
    this.draw();
  }

  drawSoon() {
    this.timer ||= setTimeout(() => {
      this.timer = 0;
      this.draw();
    }, DRAW_EVERY_MS);
  }

  draw() {
    const { batch, isBusy, trouble } = this.uploader;
    this.now.hidden = !batch.total.count && !batch.leftOut.junk && !batch.leftOut.empty && !isBusy;
    if (this.now.hidden) return;
    const { isSafe, title, words: more } = isBusy ? checking(batch) : verdictOf(batch);
    this.verdict.className = `verdict ${isBusy ? "" : isSafe ? "verdict-good" : "verdict-bad"}`;
    this.mark.hidden = isBusy;
    this.mark.replaceChildren(icon(isSafe ? "done" : "failed"));
    this.title.textContent = title;
    this.words.textContent = more;
    this.meter.root.hidden = !isBusy;
    this.meter.draw(this.uploader, performance.now() / 1000);
    this.trouble.hidden = !trouble;
    this.trouble.textContent = trouble?.message ?? "";
    this.upload.hidden = isBusy || batch.counts.missing === 0;
    this.stop.hidden = !isBusy;
    this.copy.hidden = isBusy || !batch.total.count;
    this.download.hidden = this.copy.hidden;
    this.browse.draw(batch);
    const said = isBusy ? "Files are being checked" : `${title} ${more}`;
    if (said !== this.spoken.textContent) this.spoken.textContent = said;
  }

  async #copy() {
    const worked = await copyText(report(this.uploader.batch));
    this.copy.textContent = worked ? "Copied" : "Could not copy; save it instead";
    setTimeout(() => { this.copy.textContent = "Copy the list"; }, 2000);
  }

  #fillDownload() {
    const { href } = /** @type {HTMLAnchorElement} */ (this.download);
    if (href) URL.revokeObjectURL(href);
    const text = new Blob([report(this.uploader.batch)], { type: "text/plain;charset=utf-8" });
    this.download.setAttribute("href", URL.createObjectURL(text));
  }
}

const checking = (batch) => ({
  isSafe: false,
  title: `Checking ${format.counted(batch.total.count, "file")}`,
  words: "They are read on this computer; nothing is uploaded.",
});

/** @param {string} word @param {() => void} act @param {string} [sort] */
function button(word, act, sort = "") {
  const made = element("button", { class: `button ${sort}`.trim(), type: "button" }, word);
  made.addEventListener("click", act);
  return made;
}
