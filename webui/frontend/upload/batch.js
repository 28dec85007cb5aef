/**
 * The files of one upload or check: what state each is in, and the sums of all, kept up to date with
 * every change so that nobody ever counts fifty thousand files.
 *
 * waiting -> hashing -> asking -> noting -> held | missing -> queued -> sending -> confirming -> sent
 * twin: the same bytes as a file before it, whose fate it shares. failed, cancelled: from anywhere.
 *
 * @typedef {"waiting" | "hashing" | "asking" | "noting" | "twin" | "missing" | "queued" | "sending" | "confirming"
 *   | "sent" | "held" | "failed" | "cancelled"} State
 */
import { BatchFile } from "./batch-file.js";
import { isJunk } from "./gather.js";

/** @type {State[]} */
export const STATES = [
  "waiting", "hashing", "asking", "noting", "twin", "missing", "queued", "sending", "confirming", "sent", "held", "failed", "cancelled",
];
const MOST_RECENT = 48;
const SETTLED = new Set(["missing", "sent", "held", "failed", "cancelled"]);

export class Batch {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.clear();
  }

  clear() {
    /** @type {BatchFile[]} */
    this.files = [];
    this.counts = Object.fromEntries(STATES.map((state) => [state, 0]));
    this.bytes = Object.fromEntries(STATES.map((state) => [state, 0]));
    this.total = { count: 0, bytes: 0 };
    /** Bytes read and bytes sent so far; for the speed. */
    this.hashed = 0;
    this.sent = 0;
    /** Bytes that are done of files in these states; for the bar. */
    this.underWay = { hashing: 0, sending: 0 };
    /** @type {BatchFile[]} the pictures and films that were sent last */
    this.recent = [];
    this.leftOut = { junk: 0, empty: 0 };
    this.onChange();
  }

  /** @param {import("./gather.js").Candidate[]} candidates @returns {BatchFile[]} those that wait for their turn */
  add(candidates) {
    const added = [];
    for (const candidate of candidates) {
      const { path, size, problem } = candidate;
      if (isJunk(path)) this.leftOut.junk += 1;
      else if (size === 0 && !problem) this.leftOut.empty += 1;
      else added.push(this.#add(new BatchFile(this.files.length, candidate), problem));
    }
    this.onChange();
    return added.filter(({ state }) => state === "waiting");
  }

  #add(file, problem) {
    file.state = problem ? "failed" : "waiting";
    file.problem = problem ?? "";
    this.files.push(file);
    this.#count(file, 1);
    this.total.count += 1;
    this.total.bytes += file.size;
    return file;
  }

  /** @param {BatchFile} file @param {State} state @param {string} [problem] a sentence when it failed */
  set(file, state, problem = "") {
    this.#count(file, -1);
    if (file.done) this.resumeAt(file, 0);
    file.state = state;
    file.problem = problem;
    if (state === "sent" || state === "held") file.source = null;
    if (state === "sent" && file.isMedia) this.#remember(file);
    this.#count(file, 1);
    this.onChange();
  }

  /** Bytes of a file that is being read or sent. @param {BatchFile} file @param {number} bytes */
  advance(file, bytes) {
    const more = Math.max(0, bytes - file.done);
    if (file.state === "hashing") this.hashed += more;
    else this.sent += more;
    this.resumeAt(file, bytes);
  }

  /** What the server had already when a file was resumed; it is no speed. @param {BatchFile} file @param {number} bytes */
  resumeAt(file, bytes) {
    if (file.state in this.underWay) this.underWay[file.state] += bytes - file.done;
    file.done = bytes;
    this.onChange();
  }

  #remember(file) {
    this.recent.push(file);
    if (this.recent.length > MOST_RECENT) this.recent.shift();
  }

  /** @param {BatchFile} file */
  isSettled(file) {
    return SETTLED.has(file.state);
  }

  /** Files and bytes in any of these states. @param {State[]} states */
  in(...states) {
    const sum = (of) => states.reduce((total, state) => total + of[state], 0);
    return { count: sum(this.counts), bytes: sum(this.bytes) };
  }

  #count(file, sign) {
    this.counts[file.state] += sign;
    this.bytes[file.state] += sign * file.size;
  }
}
