/**
 * SHA-256 of files, off the page's thread. A file is read in slices, the next one while this one is
 * hashed, so that twenty gigabytes need no more memory than ten megabytes.
 *
 * In: {id, file} to hash, {id, stop: true} to leave it. Out: {id, read}, {id, digest}, {id, problem}.
 */
import { createSHA256 } from "hash-wasm";

const SLICE_BYTES = 4 * 1024 * 1024;
const stopped = new Set();
let hasher = null;

/** @param {File} file @param {number} start */
const read = (file, start) => file.slice(start, start + SLICE_BYTES).arrayBuffer();

/** @param {ArrayBuffer} digest */
const hex = (digest) => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {number} id @param {File} file @returns {Promise<?string>} null when it was stopped */
async function digestOf(id, file) {
  // The browser's own function is faster, but takes whole files only and exists on https and localhost alone.
  if (file.size <= SLICE_BYTES && self.crypto.subtle) return hex(await crypto.subtle.digest("SHA-256", await read(file, 0)));
  hasher ??= await createSHA256();
  hasher.init();
  let next = read(file, 0);
  for (let start = 0; start < file.size; start += SLICE_BYTES) {
    const slice = new Uint8Array(await next);
    if (stopped.has(id)) return null;
    if (start + SLICE_BYTES < file.size) next = read(file, start + SLICE_BYTES);
    hasher.update(slice);
    postMessage({ id, read: start + slice.length });
  }
  return hasher.digest();
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
