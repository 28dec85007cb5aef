/** The page's side of hashing: a few workers, each with one file at a time. */

import { UnreadableFile } from "./batch-file.js";

/** The hashing was stopped; nothing is wrong. */
export class HashingStopped extends Error {}

export class Hasher {
  /** @param {() => Worker} makeWorker @param {number} [count] */
  constructor(makeWorker, count = workersFor(navigator.hardwareConcurrency)) {
    this.makeWorker = makeWorker;
    this.count = count;
    /** @type {Worker[]} */
    this.idle = [];
    this.made = 0;
    this.running = new Map();
    this.lastId = 0;
  }

  get isFree() {
    return this.idle.length > 0 || this.made < this.count;
  }

  /**
   * To be asked only while a worker is free. Rejects with UnreadableFile, HashingStopped.
   * @param {import("./batch-file.js").BatchFile} file @param {(read: number) => void} onRead
   * @returns {{digest: Promise<string>, stop: () => void}}
   */
  hash(file, onRead) {
    const worker = this.idle.pop() ?? this.#make();
    this.lastId += 1;
    const id = this.lastId;
    const digest = new Promise((resolve, reject) => {
      this.running.set(id, { worker, onRead, resolve, reject });
    });
    file.open().then((source) => worker.postMessage({ id, file: source }), (error) => this.#hear({ id, problem: error.name }));
    return { digest, stop: () => worker.postMessage({ id, stop: true }) };
  }

  #make() {
    const worker = this.makeWorker();
    this.made += 1;
    worker.addEventListener("message", ({ data }) => this.#hear(data));
    worker.addEventListener("error", () => this.#lost(worker));
    return worker;
  }

  #hear({ id, read, digest, problem }) {
    const { worker, onRead, resolve, reject } = this.running.get(id);
    if (read) {
      onRead(read);
      return;
    }
    this.running.delete(id);
    this.idle.push(worker);
    if (digest) resolve(digest);
    else reject(problem === "AbortError" ? new HashingStopped() : new UnreadableFile());
  }

  /** A worker that cannot run is made anew for the next file. */
  #lost(worker) {
    this.made -= 1;
    for (const [id, { worker: its, reject }] of this.running) {
      if (its !== worker) continue;
      this.running.delete(id);
      reject(new UnreadableFile());
    }
  }
}

/** Half of the processors, one to four: sending and drawing want some too. @param {number} [processors] */
export const workersFor = (processors = 2) => Math.max(1, Math.min(4, processors >> 1));
