/** What uploading asks of the server. Its errors carry a status (0: no answer) and a sentence for people. */

const ROOT = "/api/v1/";
const WORDS = {
  0: "The server does not answer. Trying again by itself.",
  401: "Your login has ended. Log in again in another tab; this page then goes on by itself.",
  413: "This file is larger than a server in between allows.",
  429: "The server is busy. Trying again by itself.",
  507: "The server’s disk is full.",
};

/** A request that was refused, or came to nobody. */
export class Refused extends Error {
  /** @param {number} status @param {string} [body] what the server said: its errors are worded */
  constructor(status, body = "") {
    const said = status === 401 ? "" : sentenceIn(body);
    super(said || WORDS[status] || `The server answered with an error (${status}).`);
    this.status = status;
  }
}

function sentenceIn(body) {
  try {
    return JSON.parse(body).error.message;
  } catch {
    return "";
  }
}

/** @param {string} path @param {RequestInit} [options] */
async function call(path, options = {}) {
  const headers = { "X-Requested-With": "photocloud", ...options.headers };
  const answer = await fetch(ROOT + path, { ...options, headers }).catch(() => { throw new Refused(0); });
  const body = await answer.text().catch(() => { throw new Refused(0); });
  if (!answer.ok) throw new Refused(answer.status, body);
  return JSON.parse(body);
}

/** The token that changes need; asked for anew after it was refused. */
export class Session {
  constructor() {
    this.known = "";
  }

  async token() {
    this.known ||= (await call("session")).csrf_token;
    return this.known;
  }

  forget() {
    this.known = "";
  }
}

/** @param {Session} session @param {string[]} digests @returns {Promise<Set<string>>} those that this person's library holds */
export async function heldOf(session, digests) {
  return new Set(Object.keys((await post(session, "originals/check", { digests })).held));
}

/** @param {Session} session @param {string} path @param {object} value */
async function post(session, path, value) {
  try {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": await session.token() };
    return await call(path, { method: "POST", headers, body: JSON.stringify(value) });
  } catch (error) {
    session.forget();
    throw error;
  }
}

/**
 * Have files that need not be sent arrive by their digests.
 * @param {Session} session @param {import("./batch-file.js").BatchFile[]} files
 * @returns {Promise<boolean[]>} false: this one must be sent
 */
export async function noteHeld(session, files) {
  const told = files.map(({ path, digest, size, modified }) => ({ path, sha256: digest, size_bytes: size, mtime: modified / 1000 }));
  return (await post(session, "originals/held", { files: told })).held;
}

/** @param {string} id @returns {Promise<import("../api.js").Item>} */
export const itemOf = (id) => call(`items/${id}`);
