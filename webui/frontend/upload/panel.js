/** An upload as people see and steer it; in a page of its own or in a panel over the photos. */
import { element, icon } from "../dom.js";
import * as format from "../format.js";
import { Browse } from "./browse.js";
import { Meter } from "./meter.js";
import { Thumbnails } from "./thumbnails.js";
import * as words from "./words.js";

const DRAW_EVERY_MS = 200;
const SPEAK_EVERY_MS = 10_000;
const MOST_IN_STRIP = 24;
const GONE = ["failed", "cancelled"];

const FILTERS = [
  { word: "All", states: null },
  { word: "Under way", states: ["hashing", "asking", "noting", "sending", "confirming"] },
  { word: "New", states: ["sent"] },
  { word: "Already here", states: ["held"] },
  { word: "Failed", states: ["failed"] },
];

export class UploadPanel {
  /**
   * @param {import("./uploader.js").Uploader} uploader
   * @param {(digest: string) => Promise<import("../api.js").Item>} itemOf
   */
  constructor(uploader, itemOf) {
    this.uploader = uploader;
    this.thumbnails = new Thumbnails(itemOf, () => this.drawSoon());
    this.title = element("h2", { class: "upload-title" });
    this.meter = new Meter();
    this.outcome = element("p", { class: "upload-outcome" });
    this.trouble = element("p", { class: "notice notice-bad" });
    this.strip = element("div", { class: "upload-strip" });
    this.pause = button("Pause", () => (uploader.isPaused ? uploader.resume() : uploader.pause()));
    this.cancel = button("Cancel", () => uploader.cancelAll());
    this.retry = button("Try the failed again", () => uploader.retryFailed());
    this.receipt = element("a", { class: "button button-main", href: "/receipts" }, "See the receipt");
    this.photos = element("a", { class: "button", href: "/" }, "Show my photos");
    this.spoken = element("p", { class: "visually-hidden", role: "status" });
    this.browse = new Browse(FILTERS, {
      stateOf: words.stateOf,
      actionOf: (file) => this.#actionOf(file),
      thumbnailOf: (file) => (isHere(file) ? this.thumbnails.want(file.digest) : ""),
    });
    const actions = element("div", { class: "upload-actions" }, this.pause, this.cancel, this.retry, this.receipt, this.photos);
    this.now = element("div", { class: "upload-now" },
      this.title, this.meter.root, this.outcome, this.trouble, actions, this.strip, this.browse.root);
    this.root = element("section", { class: "upload", "aria-label": "Upload" }, this.now, this.spoken);
    this.timer = 0;
    this.spokenAt = -Infinity;
    // The waiting time and the speed change though nothing happens.
    setInterval(() => { if (uploader.isBusy) this.drawSoon(); }, 1000);
    uploader.onChange = () => this.drawSoon();
    this.draw();
  }

  /** One line, for where there is no room for more. */
  get inBrief() {
    return `${this.title.textContent} · ${Math.floor(100 * this.meter.share)} %`;
  }

  /** A few times a second at most, however much happens. */
  drawSoon() {
    this.timer ||= setTimeout(() => {
      this.timer = 0;
      this.draw();
    }, DRAW_EVERY_MS);
  }

  draw() {
    const { uploader } = this;
    const { batch, isBusy, isPaused, trouble } = uploader;
    this.now.hidden = !batch.total.count && !isBusy;
    if (this.now.hidden) return;
    this.meter.draw(uploader, performance.now() / 1000);
    this.title.textContent = this.#titleWords();
    this.outcome.textContent = [`${words.outcome(batch)}.`, words.leftOut(batch.leftOut)].join(" ").trim();
    this.trouble.hidden = !trouble || isPaused;
    this.trouble.replaceChildren(icon("failed"), this.#troubleWords());
    this.pause.hidden = !isBusy;
    this.pause.textContent = isPaused ? "Resume" : "Pause";
    this.cancel.hidden = !isBusy;
    this.retry.hidden = batch.counts.failed === 0;
    this.receipt.hidden = isBusy || !(batch.counts.sent + batch.counts.held);
    this.photos.hidden = this.receipt.hidden;
    this.#drawStrip();
    this.browse.draw(batch);
    this.#speak();
  }

  #titleWords() {
    const { batch, isBusy, isPaused, gathering } = this.uploader;
    if (!isBusy) return words.verdictOfUpload(batch);
    if (isPaused) return "Paused";
    const files = format.counted(batch.total.count, "file");
    return gathering ? `Found ${files} so far…` : `Uploading ${files}`;
  }

  #troubleWords() {
    const { trouble } = this.uploader;
    if (!trouble) return "";
    const wait_s = Math.ceil((trouble.until - Date.now()) / 1000);
    return element("span", {}, wait_s > 0 ? `${trouble.message} Next try in ${wait_s} s.` : trouble.message);
  }

  /** The newest of what is here, as pictures. */
  #drawStrip() {
    const addresses = [];
    const { recent } = this.uploader.batch;
    for (let place = recent.length - 1; place >= 0 && addresses.length < MOST_IN_STRIP; place -= 1) {
      const address = this.thumbnails.want(recent[place].digest);
      if (address) addresses.push({ address, file: recent[place] });
    }
    const wanted = addresses.map(({ address }) => address).join();
    if (wanted === this.shownStrip) return;
    this.shownStrip = wanted;
    this.strip.hidden = addresses.length === 0;
    this.strip.replaceChildren(...addresses.map(({ address, file }) => element("img", { src: address, alt: file.name, title: file.name, decoding: "async" })));
  }

  #speak() {
    const { batch, isBusy, isPaused, trouble } = this.uploader;
    const verdict = `${words.verdictOfUpload(batch)}: ${words.outcome(batch)}.`;
    const sentence = words.spoken({
      isBusy, isPaused, trouble: trouble && trouble.message, share: this.meter.share, verdict, total: batch.total.count,
    });
    const now = performance.now();
    if (sentence === this.spoken.textContent || (isBusy && now - this.spokenAt < SPEAK_EVERY_MS)) return;
    this.spokenAt = now;
    this.spoken.textContent = sentence;
  }

  #actionOf(file) {
    if (GONE.includes(file.state)) return file.source && { word: "Retry", act: () => this.uploader.retry(file) };
    if (isHere(file)) return null;
    return { word: "Cancel", act: () => this.uploader.cancel(file) };
  }
}

const isHere = ({ state }) => state === "sent" || state === "held";

/** @param {string} word @param {() => void} act */
function button(word, act) {
  const made = element("button", { class: "button", type: "button" }, word);
  made.addEventListener("click", act);
  return made;
}
