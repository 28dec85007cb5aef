/** Trying again: which failures pass by themselves, and how long to wait: 1 s, 2 s, 4 s ... 60 s, with jitter. */

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
const FEW = 5;

/**
 * How often a request that was answered so is tried in all. No answer (0), a proxy without its server, a busy
 * server and a login that has ended pass in time; most refusals do not.
 * @param {number} status
 */
export function triesFor(status) {
  if ([0, 401, 423, 429, 502, 503, 504].includes(status)) return Infinity;
  if (status === 403) return 2; // with the session's token of now, not that of when the page was opened
  return status >= 500 && status !== 507 || [408, 409, 460].includes(status) ? FEW : 1;
}

/**
 * Half of the time is sure, half is chance, so that many pages do not knock at a new server together.
 * @param {number} tries those that failed so far, from 1
 * @param {number} [chance] 0 to 1
 */
export function pauseAfter(tries, chance = Math.random()) {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  return Math.max(FIRST_MS, whole * (0.5 + 0.5 * chance));
}

/**
 * Do it until it is done, or until its error is final or the signal given.
 * @template Result
 * @param {(moved: () => void, isFirst: boolean) => Promise<Result>} action calls moved() when it comes forward: then
 *   the tries count anew
 * @param {AbortSignal} signal
 * @param {(trouble: ?{message: string, until: number}) => void} onTrouble while it waits (until: epoch milliseconds), and null after
 * @returns {Promise<Result>}
 */
export async function persist(action, signal, onTrouble) {
  let tries = 0;
  let isFirst = true;
  const moved = () => {
    tries = 0;
    onTrouble(null);
  };
  for (;;) {
    try {
      const result = await action(moved, isFirst);
      onTrouble(null);
      return result;
    } catch (error) {
      tries += 1;
      isFirst = false;
      if (signal.aborted || tries >= triesFor(error.status ?? NaN)) throw error;
      const wait_ms = pauseAfter(tries);
      onTrouble({ message: error.message, until: Date.now() + wait_ms });
      await waitOrOnline(wait_ms, signal);
      signal.throwIfAborted();
    }
  }
}

/** Wait so long; shorter when the network is back or the signal given. @param {number} wait_ms @param {AbortSignal} signal */
function waitOrOnline(wait_ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, wait_ms);
    globalThis.addEventListener?.("online", done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
