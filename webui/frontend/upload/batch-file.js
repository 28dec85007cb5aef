/** One file of a batch, and the way to its bytes. */
import { isMedia } from "./order.js";

/** The file could not be read; the message is a sentence for people. */
export class UnreadableFile extends Error {
  constructor() {
    super("This file can no longer be read, or has changed since it was chosen. Is the card still there?");
  }
}

/** The same few fields for all files, so that many stay small. */
export class BatchFile {
  /** @param {number} id @param {import("./gather.js").Candidate} candidate */
  constructor(id, { path, source = null, size = 0, modified = 0 }) {
    this.id = id;
    this.path = path;
    /** Let go once the server has the bytes. */
    this.source = source;
    this.size = size;
    /** When it was changed last: epoch milliseconds. */
    this.modified = modified;
    this.isMedia = isMedia(path);
    /** @type {import("./batch.js").State} */
    this.state = "waiting";
    this.digest = "";
    /** Bytes of the present state that are done: read while hashing, sent while sending. */
    this.done = 0;
    /** The most bytes of it that ever were on their way. */
    this.furthest = 0;
    this.problem = "";
    /** @type {?BatchFile[]} */
    this.twins = null;
  }

  get name() {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  get folder() {
    return this.path.slice(0, Math.max(0, this.path.lastIndexOf("/")));
  }

  /** The file itself, for as long as it is needed; rejects with UnreadableFile. @returns {Promise<File>} */
  async open() {
    const file = await opened(this.source).catch(() => { throw new UnreadableFile(); });
    if (file.size !== this.size || file.lastModified !== this.modified) throw new UnreadableFile();
    return file;
  }
}

/** @param {File | FileSystemFileEntry} source @returns {Promise<File>} */
export function opened(source) {
  if (source instanceof File) return Promise.resolve(source);
  return new Promise((resolve, reject) => { source.file(resolve, reject); });
}
