/**
 * SHA-256 of files, off the page's thread. A file is read a few megabytes at a time, so that twenty
 * gigabytes need no more memory than ten megabytes.
 *
 * In: {id, file} to hash, {id, stop: true} to leave it. Out: {id, read}, {id, digest}, {id, problem}.
 */
import { createSHA256 } from "hash-wasm";

const BLOCK_BYTES = 4 * 1024 * 1024;
const TOLD_BYTES = 4 * 1024 * 1024;
const stopped = new Set();
let hasher = null;

/** @param {ArrayBuffer} digest */
const hex = (digest) => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {number} id @param {File} file @returns {Promise<?string>} null when it was stopped */
async function digestOf(id, file) {
  // The browser's own function is faster, but takes whole files only and exists on https and localhost alone.
  if (file.size <= BLOCK_BYTES && self.crypto.subtle) return hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  hasher ??= await createSHA256();
  hasher.init();
  let read = 0;
  let told = 0;
  for await (const block of blocksOf(file)) {
    if (stopped.has(id)) return null;
    hasher.update(block);
    read += block.length;
    if (read - told < TOLD_BYTES) continue;
    told = read;
    postMessage({ id, read });
  }
  if (read !== file.size) throw new DOMException("The file ended early.", "NotReadableError");
  return hasher.digest();
}

/** One buffer, filled again and again: of slices, hundreds of megabytes pile up before a browser collects them. */
async function* blocksOf(file) {
  const reader = fillingReader(file);
  if (!reader) return yield* slicesOf(file);
  let buffer = new ArrayBuffer(BLOCK_BYTES);
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(buffer));
    if (done) return;
    yield value;
    ({ buffer } = value);
  }
}

/** A reader that fills the buffer it is given; null where the browser has none for files. */
function fillingReader(file) {
  try {
    return file.stream().getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

async function* slicesOf(file) {
  for (let start = 0; start < file.size; start += BLOCK_BYTES) {
    yield new Uint8Array(await file.slice(start, start + BLOCK_BYTES).arrayBuffer());
  }
}

/** @param {{id: number, file: File}} wanted */
async function answer({ id, file }) {
  try {
    const digest = await digestOf(id, file);
    postMessage(digest ? { id, digest } : { id, problem: "AbortError" });
  } catch (error) {
    postMessage({ id, problem: error.name });
  }
  stopped.delete(id);
}

addEventListener("message", ({ data }) => {
  if (data.stop) stopped.add(data.id);
  else answer(data);
});
