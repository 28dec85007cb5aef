/**
 * An upload from the drop to its end: candidates are examined, what the server lacks is sent, three at a
 * time, and counts as done once the server names the digest as one that it holds. Knows nothing of the page.
 *
 * A card check is an upload that sends nothing until it is told to.
 */
import { Asker } from "./asker.js";
import { Batch } from "./batch.js";
import { Examiner } from "./examiner.js";
import { Queue } from "./order.js";
import { persist } from "./patience.js";
import { CANCELLED, PAUSED } from "./stops.js";

/** @typedef {import("./batch-file.js").BatchFile} BatchFile */

const AT_A_TIME = 3;
const NOT_KEPT = "The server took this file but does not list it. Please try again.";

export class Uploader {
  /**
   * @param {{
   *   hasher: import("./hasher.js").Hasher,
   *   sender: Pick<import("./sender.js").Sender, "send">,
   *   heldOf: (digests: string[]) => Promise<Set<string>>,
   *   noteHeld: (files: BatchFile[]) => Promise<boolean[]>,
   *   sends?: boolean,
   * }} parts
   */
  constructor({ hasher, sender, heldOf, noteHeld, sends = true }) {
    this.sender = sender;
    this.sends = sends;
    /** Called with every change; for who shows it. */
    this.onChange = () => {};
    this.batch = new Batch(() => this.onChange());
    /** @type {?{message: string, until: number}} why nothing moves just now */
    this.trouble = null;
    const onTrouble = (trouble) => this.#inTrouble(trouble);
    this.onTrouble = onTrouble;
    const { signal } = new AbortController();
    const answersTo = async (digests) => {
      const held = await heldOf(digests);
      return digests.map((digest) => held.has(digest));
    };
    this.asker = new Asker(answersTo, signal, onTrouble);
    this.noter = new Asker(noteHeld, signal, onTrouble);
    // A check leaves no trace.
    const note = async (file) => !this.sends || this.noter.ask(file);
    this.examiner = new Examiner(this.batch, hasher, this.asker, note, (file) => this.#missing(file));
    this.queue = new Queue();
    /** @type {Map<BatchFile, AbortController>} */
    this.active = new Map();
    this.isPaused = false;
    this.gathering = 0;
    this.generation = 0;
  }

  /** Files are still to be found, read, asked for or sent. */
  get isBusy() {
    return this.gathering > 0 || this.left.count > 0;
  }

  /** What is not settled yet. */
  get left() {
    const { batch } = this;
    const open = ["waiting", "hashing", "asking", "noting", "queued", "sending", "confirming"];
    return this.sends ? batch.in(...open, "missing", "twin") : batch.in(...open);
  }

  /** Take in files as they are found. @param {AsyncIterable<import("./gather.js").Candidate[]>} portions */
  async add(portions) {
    const { generation } = this;
    this.gathering += 1;
    try {
      for await (const candidates of portions) {
        if (generation !== this.generation) return;
        this.examiner.add(this.batch.add(candidates));
      }
    } finally {
      this.gathering -= 1;
      this.batch.onChange();
    }
  }

  /** Forget a batch that has ended. */
  clear() {
    this.generation += 1;
    this.examiner.forget();
    this.queue.clear();
    this.batch.clear();
  }

  /** From now on send what the server lacks; what it holds is part of the same copy. */
  sendMissing() {
    this.sends = true;
    for (const file of this.batch.files) {
      if (file.state === "missing") this.#missing(file);
      else if (file.state === "held") this.examiner.note(file);
    }
  }

  /** The server keeps what came so far. */
  pause() {
    this.isPaused = true;
    this.examiner.pause(true);
    for (const stop of this.active.values()) stop.abort(PAUSED);
    this.#inTrouble(null);
  }

  resume() {
    this.isPaused = false;
    this.examiner.pause(false);
    this.#next();
    this.batch.onChange();
  }

  /** @param {BatchFile} file */
  cancel(file) {
    if (this.batch.isSettled(file) && file.state !== "missing") return;
    this.active.get(file)?.abort(CANCELLED);
    this.examiner.settle(file, "cancelled");
  }

  /** Nothing more is read or sent; what has arrived stays. */
  cancelAll() {
    this.generation += 1;
    const { files } = this.batch;
    // Twins first: else each would step into the place of the one before.
    for (const file of files) if (file.state === "twin") this.batch.set(file, "cancelled");
    for (const file of files) this.cancel(file);
    this.isPaused = false;
    this.examiner.pause(false);
    this.#inTrouble(null);
  }

  /** @param {BatchFile} file one that failed or was cancelled */
  retry(file) {
    if (file.source) this.examiner.retry(file);
  }

  retryFailed() {
    for (const file of this.batch.files) if (file.state === "failed") this.retry(file);
  }

  #missing(file) {
    if (!this.sends) return;
    this.batch.set(file, "queued");
    this.queue.push(file);
    this.#next();
  }

  #next() {
    while (!this.isPaused && this.queue.size && this.active.size < AT_A_TIME) {
      const file = this.queue.pop();
      if (file.state === "queued") this.#send(file);
    }
  }

  async #send(file) {
    const stop = new AbortController();
    this.active.set(file, stop);
    this.batch.set(file, "sending");
    let item = null;
    try {
      item = await persist((moved, isFirst) => this.#try(file, stop.signal, moved, isFirst), stop.signal, this.onTrouble);
    } catch (error) {
      this.#stopped(file, stop.signal, error);
    }
    this.active.delete(file);
    this.#next();
    if (file.state !== "sending") return;
    if (item === file.digest) this.examiner.settle(file, "sent");
    else await this.#confirm(file);
  }

  async #try(file, signal, moved, isFirst) {
    // Of a try that failed, perhaps only the answer was lost.
    if (!isFirst && await this.asker.ask(file.digest)) return file.digest;
    return this.sender.send(file, signal, (sent, isResumed) => {
      if (file.state !== "sending") return;
      // Beyond where it ever was: what is sent again and again without success shall come to an end.
      if (sent > file.furthest) moved();
      file.furthest = Math.max(file.furthest, sent);
      if (isResumed) this.batch.resumeAt(file, sent);
      else this.batch.advance(file, sent);
    });
  }

  #stopped(file, signal, error) {
    if (file.state !== "sending") return;
    if (signal.reason !== PAUSED) return this.examiner.settle(file, "failed", error.message);
    this.batch.set(file, "queued");
    this.queue.push(file);
  }

  async #confirm(file) {
    this.batch.set(file, "confirming");
    try {
      const isHeld = await this.asker.ask(file.digest);
      if (file.state !== "confirming") return;
      this.examiner.settle(file, isHeld ? "sent" : "failed", isHeld ? "" : NOT_KEPT);
    } catch (error) {
      if (file.state === "confirming") this.examiner.settle(file, "failed", error.message);
    }
  }

  #inTrouble(trouble) {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.batch.onChange();
  }
}
