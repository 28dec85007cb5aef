/** The bar of an upload or check with its figures: files, bytes, speed, time left. */
import { element } from "../dom.js";
import * as format from "../format.js";
import { STATES } from "./batch.js";
import { cost, Pace, timeLeft } from "./pace.js";
import * as words from "./words.js";

const UNREAD = ["waiting", "hashing"];
const UNSENT = ["missing", "queued", "sending"];

export class Meter {
  constructor() {
    this.bar = element("progress", { class: "meter-bar", max: "1", "aria-label": "Progress" });
    this.figures = element("p", { class: "meter-figures" });
    this.root = element("div", { class: "meter" }, this.bar, this.figures);
    this.speed = new Pace();
    this.sending = new Pace();
    this.reading = new Pace();
  }

  /** @param {import("./uploader.js").Uploader} uploader @param {number} at_s now */
  draw(uploader, at_s) {
    const { batch, sends } = uploader;
    if (uploader.isPaused || uploader.trouble || !uploader.isBusy) [this.speed, this.sending, this.reading].forEach((pace) => pace.rest());
    else this.#note(batch, at_s);
    const done = sends ? settled(batch) : examined(batch);
    this.share = shareOf(batch, done);
    this.bar.value = this.share;
    const whole = wanted(batch);
    const parts = [
      `${format.number(done.count)} of ${format.counted(whole.count, "file")}`,
      `${format.size(done.bytes)} of ${format.size(whole.bytes)}`,
      ...this.#speedWords(uploader),
    ];
    this.figures.textContent = parts.join(" · ");
  }

  #note(batch, at_s) {
    this.speed.note(batch.sent, at_s);
    this.sending.note(cost({ count: batch.counts.sent + batch.counts.confirming, bytes: batch.sent }), at_s);
    this.reading.note(cost({ count: batch.total.count - batch.in(...UNREAD).count, bytes: batch.hashed }), at_s);
  }

  #speedWords(uploader) {
    const { batch, sends } = uploader;
    if (!uploader.isBusy || uploader.isPaused || uploader.trouble) return [];
    const examined = batch.total.count - batch.in(...UNREAD).count;
    const left = timeLeft({
      unread: without(batch.in(...UNREAD), batch.underWay.hashing),
      unsent: sends ? without(batch.in(...UNSENT), batch.underWay.sending) : NOTHING,
      share: sends && examined ? (examined - batch.counts.held) / examined : Number(sends),
      readPace: this.reading.perSecond,
      sendPace: this.sending.perSecond,
    });
    const speed = this.speed.perSecond;
    return [speed >= 1 ? `${format.size(speed)}/s` : "", words.timeLeft(left)].filter(Boolean);
  }
}

const NOTHING = { count: 0, bytes: 0 };

const wanted = (batch) => batch.in(...STATES.filter((state) => state !== "cancelled"));

const without = ({ count, bytes }, done) => ({ count, bytes: bytes - done });

function settled(batch) {
  const { count, bytes } = batch.in("sent", "held", "noting", "failed", "confirming");
  return { count, bytes: bytes + batch.underWay.sending };
}

function examined(batch) {
  const { count, bytes } = batch.in("asking", "noting", "twin", "missing", "held", "failed");
  return { count, bytes: bytes + batch.underWay.hashing };
}

/** How much is done, from 0 to 1: half by files, half by bytes, so that neither films nor tiny files mislead. */
function shareOf(batch, done) {
  const whole = wanted(batch);
  if (!whole.count) return 0;
  const bytes = whole.bytes ? done.bytes / whole.bytes : 1;
  return Math.min(1, (done.count / whole.count + bytes) / 2);
}
