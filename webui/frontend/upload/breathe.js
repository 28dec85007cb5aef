/** Long work in portions: between two of them the page may draw and answer. */

/** @returns {Promise<void>} */
export function breathe() {
  if (globalThis.scheduler?.yield) return scheduler.yield();
  return new Promise((resolve) => { setTimeout(resolve); });
}
