/** Puts an uploader together for a page: workers, connection, session. */
import { Hasher } from "./hasher.js";
import { Sender } from "./sender.js";
import { heldOf, noteHeld, Session } from "./server.js";
import { Uploader } from "./uploader.js";

/** @param {{sends?: boolean}} [options] see Uploader */
export function makeUploader(options = {}) {
  const session = new Session();
  const uploader = new Uploader({
    hasher: new Hasher(() => new Worker(new URL("hash-worker.js", import.meta.url), { type: "module" })),
    sender: new Sender(new URL("/api/v1/uploads/", location.href).href, session),
    heldOf: (digests) => heldOf(session, digests),
    noteHeld: (files) => noteHeld(session, files),
    ...options,
  });
  addEventListener("beforeunload", (event) => {
    if (uploader.sends && uploader.isBusy) event.preventDefault();
  });
  return uploader;
}
