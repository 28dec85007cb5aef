/**
 * Finds out which files the server holds: hashes them in order, finds twins, asks for the rest. Nothing
 * but digests leaves the page here.
 */
import { HashingStopped } from "./hasher.js";
import { Queue } from "./order.js";

/** @typedef {import("./batch-file.js").BatchFile} BatchFile */

export class Examiner {
  /**
   * @param {import("./batch.js").Batch} batch
   * @param {import("./hasher.js").Hasher} hasher
   * @param {import("./asker.js").Asker} asker
   * @param {(file: BatchFile) => Promise<boolean>} tell notes with the server of a file that it holds; whether it does
   * @param {(file: BatchFile) => void} onMissing the server does not hold it
   */
  constructor(batch, hasher, asker, tell, onMissing) {
    Object.assign(this, { batch, hasher, asker, tell, onMissing });
    this.queue = new Queue();
    this.isPaused = false;
    /** @type {Map<BatchFile, () => void>} */
    this.running = new Map();
    this.forget();
  }

  /** The batch begins anew. */
  forget() {
    this.queue.clear();
    /** @type {Map<string, BatchFile>} by digest: the file that stands for its twins */
    this.firsts = new Map();
  }

  /** @param {BatchFile[]} files that wait */
  add(files) {
    for (const file of files) this.queue.push(file);
    this.#next();
  }

  /** What is being read is read to its end. @param {boolean} isPaused */
  pause(isPaused) {
    this.isPaused = isPaused;
    this.#next();
  }

  /** Once more after a failure. @param {BatchFile} file */
  retry(file) {
    if (file.digest) return this.#identify(file);
    this.batch.set(file, "waiting");
    this.add([file]);
  }

  /**
   * A file's fate is known; its twins share it when the bytes are safe, else the next of them takes its place.
   * @param {BatchFile} file @param {"sent" | "held" | "failed" | "cancelled"} state @param {string} [problem]
   */
  settle(file, state, problem = "") {
    this.running.get(file)?.();
    this.batch.set(file, state, problem);
    const twins = (file.twins ?? []).filter((twin) => twin.state === "twin");
    file.twins = null;
    if (state === "sent" || state === "held") twins.forEach((twin) => this.note(twin));
    else if (twins.length) this.#promote(twins);
  }

  #promote([first, ...rest]) {
    first.twins = rest;
    this.firsts.set(first.digest, first);
    this.#report(first);
  }

  #next() {
    while (!this.isPaused && this.queue.size && this.hasher.isFree) {
      const file = this.queue.pop();
      if (file.state === "waiting") this.#hash(file);
    }
  }

  async #hash(file) {
    this.batch.set(file, "hashing");
    const { digest, stop } = this.hasher.hash(file, (read) => {
      if (file.state === "hashing") this.batch.advance(file, read);
    });
    this.running.set(file, stop);
    try {
      file.digest = await digest;
    } catch (error) {
      if (!(error instanceof HashingStopped)) this.settle(file, "failed", error.message);
    }
    this.running.delete(file);
    this.#next();
    if (file.state !== "hashing") return;
    this.batch.advance(file, file.size);
    this.#identify(file);
  }

  #identify(file) {
    const first = this.firsts.get(file.digest);
    if (!first || first === file || first.state === "failed" || first.state === "cancelled") return this.#ask(file);
    if (first.state === "sent" || first.state === "held") return this.note(file);
    first.twins ??= [];
    first.twins.push(file);
    this.batch.set(file, "twin");
  }

  async #ask(file) {
    this.firsts.set(file.digest, file);
    this.batch.set(file, "asking");
    try {
      const isHeld = await this.asker.ask(file.digest);
      if (file.state !== "asking") return;
      if (isHeld) this.note(file);
      else this.#report(file);
    } catch (error) {
      if (file.state === "asking") this.settle(file, "failed", error.message);
    }
  }

  /** The server holds its bytes: they need not be sent, but the file is part of the copy. @param {BatchFile} file */
  async note(file) {
    this.batch.set(file, "noting");
    try {
      const isHeld = await this.tell(file);
      if (file.state !== "noting") return;
      if (isHeld) this.settle(file, "held");
      else this.#report(file);
    } catch (error) {
      if (file.state === "noting") this.settle(file, "failed", error.message);
    }
  }

  #report(file) {
    this.batch.set(file, "missing");
    this.onMissing(file);
  }
}
