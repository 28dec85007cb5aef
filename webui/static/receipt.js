/**
 * Keeps the numbers of a receipt that is not finished up to date; when its state changes, the page is loaded anew.
 * Without JavaScript the page shows what was true when it was asked for.
 */

const EVERY_MS = 3000;
const receipt = document.querySelector("#receipt");
const verdict = document.querySelector("#verdict");

/** @returns {Promise<void>} */
async function refresh() {
  const answer = await fetch(`/api/v1/receipts/${receipt.dataset.receipt}?limit=1`, {
    headers: { Accept: "application/json", "X-Requested-With": "fetch" },
  });
  if (!answer.ok) return;
  const now = await answer.json();
  if (now.state !== receipt.dataset.state) {
    location.reload();
    return;
  }
  for (const place of receipt.querySelectorAll("[data-number]")) {
    place.textContent = now[place.dataset.number].toLocaleString("en");
  }
  // Spoken by a screen reader, so only when it says something else.
  if (verdict.textContent !== now.verdict) verdict.textContent = now.verdict;
}

/** Asks again and again, one question at a time, while somebody may be looking. */
async function watch() {
  if (!document.hidden) await refresh().catch(() => {});
  setTimeout(watch, EVERY_MS);
}

setTimeout(watch, EVERY_MS);
