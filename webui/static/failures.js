/**
 * The Failures page after a retry: says when the files have been tried, and what came of it. Without it the
 * page works as well, and tells the same when it is opened again.
 */
const EVERY_MS = 1500;
const notice = document.querySelector("#retried span");

/** @param {string} call */
async function ask(call) {
  const answer = await fetch(`/api/v1/${call}`, { headers: { "X-Requested-With": "photocloud" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Until nothing waits any more; an answer that does not come is asked for again. */
async function watch() {
  try {
    const { queue } = await ask("status");
    if (!queue.pending && !queue.running) return tell((await ask("failures?limit=1")).count);
  } catch {
    // The server may be starting anew.
  }
  setTimeout(watch, EVERY_MS);
}

/** @param {number} count */
function tell(count) {
  if (count === document.querySelectorAll(".failure").length) {
    notice.textContent = "Tried again, and all went well.";
    return;
  }
  const link = Object.assign(document.createElement("a"), { href: "/failures", textContent: "Show the list" });
  notice.replaceChildren("Tried again: some failed once more. ", link, ".");
}

if (notice) watch();
