/**
 * Sends one file by tus 1.0 (resumable uploads). Where the server has kept the beginning of an earlier
 * try, also of an earlier page, it goes on there: the browser remembers upload addresses by digest.
 */
import { Upload } from "tus-js-client";
import { UnreadableFile } from "./batch-file.js";
import { Refused } from "./server.js";
import { CANCELLED } from "./stops.js";

// Small files go with the request that announces them; a cut one is sent again as a whole.
const AT_ONCE_BYTES = 1_000_000;
// What a request has brought whole is safe for good; of one that a crash cuts, the last megabytes may be sent again.
const CHUNK_BYTES = 32 * 1024 * 1024;
const STALLED_MS = 60_000;
const STALLED_AT_END_MS = 600_000;

export class Sender {
  /** @param {string} endpoint an absolute address @param {import("./server.js").Session} session */
  constructor(endpoint, session) {
    this.endpoint = endpoint;
    this.session = session;
  }

  /**
   * One try. Rejects with Refused, or with the signal's reason.
   * @param {import("./batch-file.js").BatchFile} file
   * @param {AbortSignal} signal
   * @returns {Promise<?string>} the item that the server says the bytes have become: their digest, as it took it
   * @param {(sent: number, isResumed: boolean) => void} onProgress bytes that the server has; resumed: since an earlier try
   */
  async send(file, signal, onProgress) {
    const token = await this.session.token();
    const watch = new Watch();
    const source = await file.open();
    const { upload, ended } = this.#prepare(file, source, token, (sent) => {
      watch.moved(sent < file.size ? STALLED_MS : STALLED_AT_END_MS);
      onProgress(sent, isFirst && isResumed);
      isFirst = false;
    });
    let isFirst = true;
    const earlier = await upload.findPreviousUploads();
    const isResumed = earlier.length > 0;
    if (isResumed) upload.resumeFromPreviousUpload(earlier[0]);
    signal.throwIfAborted();
    upload.start();
    watch.moved(STALLED_MS);
    try {
      return await Promise.race([ended, watch.stalled, given(signal)]);
    } catch (error) {
      upload.abort(signal.reason === CANCELLED).catch(() => { /* it expires by itself */ });
      if (error.status === 401 || error.status === 403) this.session.forget();
      // A browser words a file that is gone like a network that is gone.
      if (error.status === 0) await readable(source);
      throw error;
    } finally {
      watch.end();
    }
  }

  #prepare(file, source, token, onProgress) {
    const isLarge = file.size > AT_ONCE_BYTES;
    let upload = null;
    const ended = new Promise((resolve, reject) => {
      upload = new Upload(source, {
        endpoint: this.endpoint,
        headers: { "X-CSRF-Token": token, "X-Requested-With": "photocloud" },
        metadata: metadataOf(file),
        chunkSize: CHUNK_BYTES,
        retryDelays: null,
        uploadDataDuringCreation: !isLarge,
        storeFingerprintForResuming: isLarge,
        removeFingerprintOnSuccess: true,
        fingerprint: async () => `photocloud ${file.digest}`,
        onProgress,
        onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader("Upload-Item")),
        onError: (error) => reject(refusalOf(error)),
      });
    });
    return { upload, ended };
  }
}

/** What goes with the bytes. @param {import("./batch-file.js").BatchFile} file */
export function metadataOf(file) {
  return {
    filename: file.name,
    relativePath: file.path,
    mtime: String(file.modified / 1000),
    sha256: file.digest,
  };
}

/** @param {import("tus-js-client").DetailedError | Error} error */
function refusalOf(error) {
  const answer = error.originalResponse;
  if (!answer && !error.originalRequest) return error;
  return new Refused(answer?.getStatus() ?? 0, answer?.getBody());
}

/** Rejects with UnreadableFile when it cannot be read. @param {File} source */
async function readable(source) {
  await source.slice(0, 1).arrayBuffer().catch(() => { throw new UnreadableFile(); });
}

/** @param {AbortSignal} signal @returns {Promise<never>} */
function given(signal) {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** A connection over which nothing moves is given up: some networks lose it without a word. */
class Watch {
  constructor() {
    this.timer = 0;
    this.stalled = new Promise((_, reject) => { this.give = () => reject(new Refused(0)); });
  }

  moved(patience_ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.give, patience_ms);
  }

  end() {
    clearTimeout(this.timer);
  }
}
