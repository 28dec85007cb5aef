/** Asks for the status while the page can be seen, and says when the library has changed. */
import { getStatus } from "./api.js";

const EVERY_MS = 2000;
const EVERY_WHILE_RECEIVING_MS = 1000;
const MOST_MS = 15_000;

/**
 * @param {{
 *   onStatus: (status: import("./api.js").Status) => void,
 *   onChange: (status: import("./api.js").Status) => Promise<void>,
 *   onLost: () => void,
 * }} listeners
 */
export function startLive({ onStatus, onChange, onLost }) {
  let seen = null;
  let timer = 0;
  let isAsking = false;

  async function ask() {
    clearTimeout(timer);
    if (document.hidden || isAsking) return;
    isAsking = true;
    const began = performance.now();
    let failed = false;
    let shortest = EVERY_MS;
    try {
      const status = await getStatus();
      onStatus(status);
      if (status.receiving.length) shortest = EVERY_WHILE_RECEIVING_MS;
      if (status.version !== seen) {
        await onChange(status);
        seen = status.version;
      }
    } catch {
      failed = true;
      onLost();
    }
    isAsking = false;
    // A slow server or a long refresh is given time to breathe.
    const pause = failed ? 3 * EVERY_MS : 4 * (performance.now() - began);
    timer = setTimeout(ask, Math.min(MOST_MS, Math.max(shortest, pause)));
  }

  document.addEventListener("visibilitychange", ask);
  ask();
}
