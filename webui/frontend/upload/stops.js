/** Why the sending of a file is stopped: the reasons of abort signals. */

/** It goes on later; the server keeps what came so far. */
export const PAUSED = new DOMException("paused", "AbortError");

/** It is given up for good; the server forgets what came of it. */
export const CANCELLED = new DOMException("cancelled", "AbortError");
