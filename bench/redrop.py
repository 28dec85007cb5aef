"""Dropping files once more that are all held: what it takes beside reading and hashing them.

    python -m bench.redrop [FILES] [MEGABYTES]

Makes FILES (500) files of MEGABYTES (4) of noise, imports them into a server of its own, then hashes them in
Chromium with the upload page's own workers and nothing else, and gives them to the page itself, in turn.
Prints the seconds of each, and what the page sent meanwhile. Everything lies in a temporary folder and needs
twice the room of the files.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from selenium.webdriver.common.by import By

from tests.browser import Browser
from tests.server.recording_proxy import Record, recording_proxy
from tests.server_process import ServerProcess, add_account, photocloud

ROUNDS = 3
MOST_S = 3600.0
# As the page does it: half of the processors, one to four, each with one file at a time.
HASH_ALL = """
const [input, done] = arguments;
const files = [...input.files];
const count = Math.max(1, Math.min(4, navigator.hardwareConcurrency >> 1));
const begun = performance.now();
let next = 0, left = files.length;
for (let number = 0; number < count; number += 1) {
  const worker = new Worker("/static/dist/hash-worker.js", { type: "module" });
  const give = () => { if (next < files.length) worker.postMessage({ id: next, file: files[next++] }); };
  worker.addEventListener("message", ({ data }) => {
    if (data.read) return;
    left -= 1;
    if (left) give();
    else done((performance.now() - begun) / 1000);
  });
  give();
}
"""
ADD_INPUT = """
const input = document.createElement("input");
input.type = "file";
input.webkitdirectory = true;
input.id = "bench";
document.body.append(input);
"""
# Measured in the page, since the driver itself takes its time to hand the files over.
WATCH = """
const title = document.querySelector(".upload-title");
arguments[0].addEventListener("change", () => { window.begun = performance.now(); }, { once: true });
const look = () => { if (title.textContent.includes("in your library")) window.ended ??= performance.now(); };
new MutationObserver(look).observe(title, { childList: true, characterData: true, subtree: true });
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    size_bytes = int(float(sys.argv[2]) * 1e6) if len(sys.argv) > 2 else 4_000_000
    with tempfile.TemporaryDirectory() as place:
        card = Path(place) / "card"
        card.mkdir()
        for number in range(count):
            (card / f"IMG_{number:05}.JPG").write_bytes(os.urandom(size_bytes))
        server = ServerProcess(Path(place) / "data")
        add_account(server.data)
        words = ("import", str(card), "--user", server.user, "--data", str(server.data))
        assert photocloud(*words, timeout_s=MOST_S).returncode == 0
        server.start()
        try:
            server.wait_idle(MOST_S)
            with recording_proxy(server) as record:
                compare(server, record, card, Path(place))
        finally:
            server.stop()


def compare(server: ServerProcess, record: Record, card: Path, place: Path) -> None:
    browser = Browser(place / "profile", place)
    try:
        browser.driver.set_script_timeout(MOST_S)
        browser.driver.get(record.url)
        browser.fill(user=server.user, password=server.password)
        browser.wait_for("#status")
        hashed_s, dropped_s = [], []
        for _ in range(ROUNDS):
            hashed_s.append(hash_alone(browser, record, card))
            before = len(record.requests)
            dropped_s.append(drop(browser, record, card))
            tell(record, before)
        alone, whole = statistics.median(hashed_s), statistics.median(dropped_s)
        print(f"hashing alone {alone:.2f} s, re-drop {whole:.2f} s: {whole / alone:.2f} x")
    finally:
        browser.driver.quit()


def hash_alone(browser: Browser, record: Record, card: Path) -> float:
    browser.driver.get(f"{record.url}upload")
    browser.wait_for(".picker")
    browser.driver.execute_script(ADD_INPUT)
    browser.driver.find_element(By.ID, "bench").send_keys(str(card))
    took_s: float = browser.driver.execute_async_script(HASH_ALL, browser.driver.find_element(By.ID, "bench"))
    print(f"hashing alone {took_s:.2f} s")
    return took_s


def drop(browser: Browser, record: Record, card: Path) -> float:
    browser.driver.get(f"{record.url}upload")
    browser.wait_for(".picker")
    picker = browser.driver.find_element(By.CSS_SELECTOR, ".picker input[webkitdirectory]")
    browser.driver.execute_script(WATCH, picker)
    picker.send_keys(str(card))
    deadline = time.monotonic() + MOST_S
    while not browser.evaluate("window.ended"):
        assert time.monotonic() < deadline, "it did not end"
        time.sleep(0.2)
    took_s: float = browser.evaluate("(window.ended - window.begun) / 1000")
    print(f"re-drop       {took_s:.2f} s, {browser.text('.upload-outcome')}")
    return took_s


def tell(record: Record, before: int) -> None:
    """What the page sent since."""
    sent = record.requests[before:]
    for path in ("/api/v1/originals/check", "/api/v1/originals/held", "/api/v1/uploads/"):
        those = [one for one in sent if one.path.startswith(path)]
        print(f"  {path:<25}{len(those):6} requests{sum(one.body_bytes for one in those):12,} bytes")


if __name__ == "__main__":
    main()
