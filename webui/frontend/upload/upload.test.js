/** Tests of uploading and the card check without a page: decisions as tables, the uploader with a played server. */
import assert from "node:assert/strict";
import test from "node:test";
import { report, verdictOf } from "../card/verdict.js";
import { UnreadableFile } from "./batch-file.js";
import { Batch } from "./batch.js";
import { rowsBetween, ROW_HEIGHT } from "./file-list.js";
import { entriesOf, gatherEntries, isJunk, portionsOf } from "./gather.js";
import { workersFor } from "./hasher.js";
import { compare, isMedia, Queue } from "./order.js";
import { cost, Pace, timeLeft } from "./pace.js";
import { pauseAfter, persist, triesFor } from "./patience.js";
import { Refused } from "./server.js";
import { CANCELLED, PAUSED } from "./stops.js";
import { Uploader } from "./uploader.js";
import * as words from "./words.js";

const junk = {
  true: ["._IMG_1.JPG", "a/.DS_Store", "DCIM/Thumbs.db", "desktop.ini", "__MACOSX/a.jpg", ".Trashes/1/a.jpg", "x.part"],
  false: ["IMG_1.JPG", "a/b/DS_Store.jpg", ".hidden.jpg", "Thumbs.dbx", "thumbs/a.jpg", "partial.jpg", "tmp/a.jpg"],
};
for (const [expected, paths] of Object.entries(junk)) {
  for (const path of paths) {
    test(`${path} is junk: ${expected}`, () => assert.equal(String(isJunk(path)), expected));
  }
}

test("media go first, then the smallest, then the first to come", () => {
  const ranked = (path, size, id) => ({ isMedia: isMedia(path), size, id });
  const all = [ranked("a.txt", 1, 1), ranked("a.MOV", 900, 2), ranked("b.cr3", 30, 3), ranked("c.jpg", 30, 4), ranked("d.heic", 2, 5)];
  assert.deepEqual(all.toSorted ? all.toSorted(compare).map(({ id }) => id) : [], [5, 3, 4, 2, 1]);
});

test("a queue gives in order what came in any order, also in between", () => {
  const queue = new Queue();
  const coming = Array.from({ length: 500 }, (_, id) => ({ id, isMedia: id % 3 > 0, size: (id * 7919) % 101 }));
  coming.slice(0, 400).forEach((one) => queue.push(one));
  const got = Array.from({ length: 100 }, () => queue.pop());
  assert.deepEqual(got, [...coming.slice(0, 400)].sort(compare).slice(0, 100));
  coming.slice(400).forEach((one) => queue.push(one));
  const rest = Array.from({ length: 400 }, () => queue.pop());
  assert.deepEqual(rest, [...rest].sort(compare));
  assert.equal(queue.pop(), undefined);
});

/** A folder as a browser gives it: a hundred members at a time. */
function folder(fullPath, members, { isBroken = false } = {}) {
  const createReader = () => {
    let place = 0;
    return {
      readEntries(found, failed) {
        if (isBroken) return failed(new DOMException("gone", "NotFoundError"));
        found(members.slice(place, place += 100));
      },
    };
  };
  return { isDirectory: true, isFile: false, fullPath, createReader };
}

const fileEntry = (fullPath, size = 3) => ({
  isFile: true, isDirectory: false, fullPath, file: (found) => found(new File(["x".repeat(size)], fullPath.split("/").at(-1))),
});

async function all(portions) {
  const found = [];
  for await (const portion of portions) {
    assert.ok(portion.length <= 100);
    found.push(...portion);
  }
  return found;
}

test("every file of nested folders is found, with its path; what cannot be read is told", async () => {
  const many = Array.from({ length: 250 }, (_, place) => fileEntry(`/card/DCIM/${place}.jpg`));
  const card = folder("/card", [folder("/card/DCIM", many), fileEntry("/card/a.jpg"), folder("/card/bad", [], { isBroken: true })]);
  const found = await all(gatherEntries([card, fileEntry("/loose.jpg")]));
  assert.equal(found.length, 253);
  assert.ok(found.some(({ path, size }) => path === "card/DCIM/249.jpg" && size === 3));
  assert.ok(found.some(({ path }) => path === "loose.jpg"));
  const [bad] = found.filter(({ problem }) => problem);
  assert.equal(bad.path, "card/bad");
});

test("picked files keep their folder", async () => {
  const picked = Array.from({ length: 230 }, (_, place) => new File(["x"], `${place}.jpg`));
  Object.defineProperty(picked[0], "webkitRelativePath", { value: "DCIM/0.jpg" });
  const found = await all(portionsOf(picked));
  assert.equal(found.length, 230);
  assert.deepEqual([found[0].path, found[1].path], ["DCIM/0.jpg", "1.jpg"]);
});

test("what a drop holds: entries, files where there are none, no texts", () => {
  const file = new File(["x"], "a.jpg");
  const items = [
    { kind: "string" },
    { kind: "file", webkitGetAsEntry: () => "entry", getAsFile: () => file },
    { kind: "file", webkitGetAsEntry: () => null, getAsFile: () => file },
  ];
  assert.deepEqual(entriesOf({ items }), ["entry", file]);
});

test("only rows in view are drawn, whatever the count", () => {
  assert.deepEqual(rowsBetween(0, 560, 50_000), [0, 14]);
  const [first, last] = rowsBetween(25_000 * ROW_HEIGHT, 560, 50_000);
  assert.ok(first <= 25_000 && last >= 25_010 && last - first < 30);
  assert.deepEqual(rowsBetween(9999, 560, 3), [3, 3]);
});

test("pauses double from one second to a minute, with jitter", () => {
  assert.deepEqual([1, 2, 3, 4].map((tries) => pauseAfter(tries, 1)), [1000, 2000, 4000, 8000]);
  assert.equal(pauseAfter(50, 1), 60_000);
  assert.equal(pauseAfter(50, 0), 30_000);
  assert.equal(pauseAfter(1, 0), 1000);
});

for (const [status, tries] of [[0, Infinity], [401, Infinity], [503, Infinity], [429, Infinity], [500, 5], [409, 5], [507, 1], [400, 1], [403, 2], [NaN, 1]]) {
  test(`an answer of ${status} is worth ${tries} tries`, () => assert.equal(triesFor(status), tries));
}

test("a final refusal is final, a stop ends the waiting", async () => {
  const asked = [];
  const refuse = (status) => async () => {
    asked.push(status);
    throw new Refused(status, '{"error": {"message": "The disk is full."}}');
  };
  const troubles = [];
  await assert.rejects(persist(refuse(507), new AbortController().signal, () => {}), /The disk is full/);
  const stop = new AbortController();
  const waiting = persist(refuse(503), stop.signal, (trouble) => troubles.push(trouble));
  setTimeout(() => stop.abort(PAUSED), 20);
  await assert.rejects(waiting, (error) => error === PAUSED);
  assert.deepEqual(asked, [507, 503]);
  assert.ok(troubles[0].until > Date.now());
});

test("the pace follows, but not at once, and forgets a pause", () => {
  const pace = new Pace();
  for (let at_s = 0; at_s <= 30; at_s += 0.5) pace.note(at_s * 100, at_s);
  assert.ok(Math.abs(pace.perSecond - 100) < 1);
  pace.note(3000 + 1000, 31);
  assert.ok(pace.perSecond > 120 && pace.perSecond < 400);
  pace.rest();
  assert.equal(pace.perSecond, 0);
  pace.note(4000, 500);
  pace.note(4050, 501);
  assert.ok(Math.abs(pace.perSecond - 50) < 0.001);
});

test("time left is that of the slower of reading and sending", () => {
  const amount = { count: 10, bytes: 1e9 };
  const none = { count: 0, bytes: 0 };
  const toRead = cost(amount);
  assert.equal(timeLeft({ unread: amount, unsent: none, share: 0, readPace: toRead / 20, sendPace: 0 }), 20);
  assert.equal(timeLeft({ unread: amount, unsent: none, share: 0.5, readPace: toRead, sendPace: toRead / 100 }), 50);
  assert.equal(timeLeft({ unread: none, unsent: amount, share: 1, readPace: 0, sendPace: 0 }), null);
  assert.equal(timeLeft({ unread: none, unsent: none, share: 1, readPace: 0, sendPace: 0 }), 0);
});

test("times in words", () => {
  assert.deepEqual([null, 3, 65, 3600, 9000, 400_000].map(words.timeLeft),
    ["", "less than a minute left", "about 1 minute left", "about 60 minutes left", "about 2.5 hours left", "about 5 days left"]);
});

test("hashing leaves processors to others", () => {
  assert.deepEqual([undefined, 1, 2, 4, 8, 32].map(workersFor), [1, 1, 1, 2, 4, 4]);
});

function digestOf(text) {
  if (text === "unreadable") throw new UnreadableFile();
  return `digest of ${text}`;
}

/**
 * Hashes by content, tells what was sent; `broken` says with which answers a file fails first, `lost` names those that
 * the server holds when it is asked, and no more when it is told of them.
 */
function played({ held = [], lost = [], broken = {}, sends = true, names = false } = {}) {
  const stored = new Set(held);
  const log = { asked: [], noted: [], sent: [], most: 0, reasons: [] };
  let running = 0;
  const gates = [];
  const hasher = {
    isFree: true,
    hash: (file) => ({ digest: file.open().then((source) => source.text()).then(digestOf), stop() {} }),
  };
  const sender = {
    isHeldBack: false,
    async send(file, signal, onProgress) {
      running += 1;
      log.most = Math.max(log.most, running);
      onProgress(file.size, false);
      if (this.isHeldBack) await new Promise((resolve) => { gates.push(resolve); signal.addEventListener("abort", resolve); });
      await new Promise((resolve) => { setTimeout(resolve, 2); });
      running -= 1;
      if (signal.aborted) { log.reasons.push(signal.reason); throw signal.reason; }
      const failures = broken[file.name] ?? [];
      if (failures.length) throw new Refused(failures.shift());
      log.sent.push(file.path);
      stored.add(file.digest);
      return names ? file.digest : null;
    },
  };
  const heldOf = async (digests) => {
    log.asked.push(...digests);
    return new Set(digests.filter((digest) => stored.has(digest)));
  };
  const noteHeld = async (files) => {
    log.noted.push(...files.map(({ path }) => path));
    return files.map(({ digest, name }) => stored.has(digest) && !lost.includes(name));
  };
  const uploader = new Uploader({ hasher, sender, heldOf, noteHeld, sends });
  return { uploader, log, sender, open: () => gates.splice(0).forEach((go) => go()) };
}

const candidate = (path, text) => {
  const source = new File([text], path.split("/").at(-1));
  return { path, source, size: source.size, modified: source.lastModified };
};
const candidates = (files) => Object.entries(files).map(([path, text]) => candidate(path, text));

async function* once(portion) { yield portion; }

async function until(condition) {
  for (let round = 0; round < 400 && !condition(); round += 1) await new Promise((resolve) => { setTimeout(resolve, 10); });
  assert.ok(condition());
}

const add = (uploader, files) => uploader.add(once(candidates(files)));
const idle = (uploader) => until(() => !uploader.isBusy);

test("only what is new is sent, twins once, junk and empty files not at all, media first and smallest first", async () => {
  const { uploader, log } = played({ held: ["digest of held"] });
  await add(uploader, {
    "c/notes.txt": "n", "c/big.jpg": "b".repeat(50), "c/small.jpg": "s", "c/held.jpg": "held", "d/twin.jpg": "s", "c/.DS_Store": "x", "c/empty.jpg": "",
  });
  await idle(uploader);
  assert.deepEqual(log.sent.toSorted(), ["c/big.jpg", "c/notes.txt", "c/small.jpg"]);
  assert.equal(log.sent[0], "c/small.jpg");
  const { counts, leftOut, total } = uploader.batch;
  assert.deepEqual([counts.sent, counts.held, counts.failed, total.count], [3, 2, 0, 5]);
  assert.deepEqual(leftOut, { junk: 1, empty: 1 });
  assert.ok(log.asked.every((digest) => digest.startsWith("digest of ")));
  assert.deepEqual(log.noted.toSorted(), ["c/held.jpg", "d/twin.jpg"]);
});

test("what the server turns out not to hold is sent after all", async () => {
  const { uploader, log } = played({ held: ["digest of held"], lost: ["a.jpg"] });
  await add(uploader, { "a.jpg": "held", "b.jpg": "held" });
  await idle(uploader);
  assert.deepEqual([log.noted, log.sent], [["a.jpg", "b.jpg"], ["a.jpg"]]);
  assert.deepEqual([uploader.batch.counts.sent, uploader.batch.counts.held], [1, 1]);
});

test("three at a time; pause stops them and resume goes on", async () => {
  const { uploader, log, sender } = played();
  sender.isHeldBack = true;
  await add(uploader, Object.fromEntries(Array.from({ length: 8 }, (_, place) => [`${place}.jpg`, `text ${place}`])));
  await until(() => uploader.batch.counts.sending === 3);
  uploader.pause();
  await until(() => uploader.batch.counts.queued === 8);
  assert.deepEqual(log.reasons, [PAUSED, PAUSED, PAUSED]);
  assert.deepEqual(log.sent, []);
  sender.isHeldBack = false;
  uploader.resume();
  await idle(uploader);
  assert.equal(log.most, 3);
  assert.equal(uploader.batch.counts.sent, 8);
});

test("a refused file fails in words, its twin takes its place, and a retry makes it whole", async () => {
  const { uploader, log } = played({ broken: { "a.jpg": [400], "b.jpg": [400] } });
  await add(uploader, { "a.jpg": "same", "b.jpg": "same" });
  await idle(uploader);
  assert.equal(uploader.batch.counts.failed, 2);
  assert.match(uploader.batch.files[0].problem, /400/);
  uploader.retryFailed();
  await idle(uploader);
  assert.deepEqual([uploader.batch.counts.sent, uploader.batch.counts.held], [1, 1]);
  assert.equal(log.sent.length, 1);
});

test("a lost answer: what arrived all the same is not sent again", async () => {
  const { uploader, log } = played({ broken: { "a.jpg": [0] } });
  await add(uploader, { "a.jpg": "text" });
  await until(() => uploader.trouble);
  const stored = log.asked.length;
  await idle(uploader);
  assert.equal(uploader.batch.counts.sent, 1);
  assert.equal(uploader.trouble, null);
  assert.ok(log.asked.length > stored);
});

test("a server that names what it has stored is not asked again; one that stored something else is", async () => {
  const naming = played({ names: true });
  await add(naming.uploader, { "a.jpg": "text" });
  await idle(naming.uploader);
  assert.deepEqual([naming.uploader.batch.counts.sent, naming.log.asked.length], [1, 1]);
  const other = played();
  other.sender.send = async () => "another digest";
  await add(other.uploader, { "a.jpg": "text" });
  await idle(other.uploader);
  assert.deepEqual([other.uploader.batch.counts.failed, other.log.asked.length], [1, 2]);
});

test("a file that cannot be read does not stop the others", async () => {
  const { uploader } = played();
  await add(uploader, { "a.jpg": "unreadable", "b.jpg": "text" });
  await idle(uploader);
  assert.deepEqual([uploader.batch.counts.sent, uploader.batch.counts.failed], [1, 1]);
  assert.match(uploader.batch.files[0].problem, /can no longer be read/);
});

test("one is cancelled, then all; nothing more is sent", async () => {
  const { uploader, log, sender } = played();
  sender.isHeldBack = true;
  await add(uploader, { "a.jpg": "1", "b.jpg": "22", "c.jpg": "333", "d.jpg": "4444", "e.jpg": "4444" });
  await until(() => uploader.batch.counts.sending === 3 && uploader.batch.counts.twin === 1);
  uploader.cancel(uploader.batch.files[0]);
  await until(() => uploader.batch.counts.sending === 3);
  assert.deepEqual(log.reasons, [CANCELLED]);
  uploader.cancelAll();
  assert.ok(!uploader.isBusy);
  assert.equal(uploader.batch.counts.cancelled, 5);
  await until(() => log.reasons.length === 4);
  assert.deepEqual(log.sent, []);
});

test("a check sends nothing until it is told to, and then what is missing", async () => {
  const { uploader, log } = played({ held: ["digest of held"], sends: false });
  await add(uploader, { "c/held.jpg": "held", "c/new.jpg": "new", "c/copy.jpg": "new" });
  await idle(uploader);
  assert.deepEqual([log.sent, log.noted], [[], []]);
  const verdict = verdictOf(uploader.batch);
  assert.deepEqual([verdict.isSafe, verdict.title], [false, "2 of 3 files are not in your library."]);
  const list = report(uploader.batch);
  assert.ok(list.indexOf("c/new.jpg") < list.indexOf("In the library") && list.indexOf("c/held.jpg") > list.indexOf("In the library"));
  uploader.sendMissing();
  await idle(uploader);
  assert.equal(log.sent.length, 1);
  assert.deepEqual(log.noted.toSorted(), ["c/copy.jpg", "c/held.jpg"]);
  assert.equal(verdictOf(uploader.batch).isSafe, true);
});

const VERDICTS = [
  [{ held: 312 }, true, "All 312 files of this card are in your library."],
  [{ held: 1 }, true, "The one file of this card is in your library."],
  [{ held: 2, missing: 1 }, false, "1 of 3 files is not in your library."],
  [{ missing: 3 }, false, "None of the 3 files of this card is in your library."],
  [{ held: 5, failed: 2 }, false, "2 of 7 files are not in your library."],
  [{ held: 5, twin: 2 }, false, "2 of 7 files are not in your library."],
  [{ held: 5, cancelled: 1 }, false, "1 of 6 files is not in your library."],
  [{}, false, "There are no files in this folder"],
];
for (const [states, isSafe, title] of VERDICTS) {
  test(`verdict of ${JSON.stringify(states)}`, () => {
    const batch = new Batch(() => {});
    for (const [state, count] of Object.entries(states)) {
      const files = Array.from({ length: count }, (_, place) => candidate(`${state}${place}.jpg`, "x"));
      for (const file of batch.add(files)) batch.set(file, state);
    }
    assert.deepEqual([verdictOf(batch).isSafe, verdictOf(batch).title], [isSafe, title]);
  });
}

test("sums stay right through all states, and files let go of what is safe", () => {
  const batch = new Batch(() => {});
  const [one, two] = batch.add(candidates({ "a.jpg": "12345", "b.jpg": "123" }));
  batch.set(one, "hashing");
  batch.advance(one, 4);
  assert.deepEqual([batch.underWay.hashing, batch.hashed], [4, 4]);
  batch.set(one, "sending");
  batch.resumeAt(one, 2);
  batch.advance(one, 5);
  assert.deepEqual([batch.underWay.hashing, batch.underWay.sending, batch.sent], [0, 5, 3]);
  batch.set(one, "sent");
  batch.set(two, "failed", "why");
  assert.deepEqual([batch.in("sent"), batch.in("failed"), batch.underWay.sending], [{ count: 1, bytes: 5 }, { count: 1, bytes: 3 }, 0]);
  assert.equal(one.source, null);
  assert.ok(two.source);
  assert.equal(words.stateOf(two), "why");
});

test("a file that changed since it was found is not taken for what it was", async () => {
  let content = "first";
  const entry = fileEntry("/a.jpg");
  entry.file = (found) => found(new File([content], "a.jpg", { lastModified: 1 }));
  const [[found]] = [await all(gatherEntries([entry]))];
  const [file] = new Batch(() => {}).add([found]);
  assert.equal(await (await file.open()).text(), "first");
  content = "changed";
  await assert.rejects(file.open(), UnreadableFile);
});

test("a screen reader hears the beginning, quarters, changes and the end, no more", () => {
  const now = { isBusy: true, isPaused: false, trouble: null, verdict: "All is done", total: 100 };
  const heard = new Set(Array.from({ length: 100 }, (_, place) => words.spoken({ ...now, share: place / 100 })));
  assert.equal(heard.size, 4);
  assert.equal(words.spoken({ ...now, share: 0.4, isPaused: true }), "Paused");
  assert.equal(words.spoken({ ...now, share: 1, isBusy: false }), "All is done");
});
