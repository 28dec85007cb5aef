/** Tests of the pure parts of the frontend; run by `npm test`, and by the Python tests where node is found. */
import assert from "node:assert/strict";
import test from "node:test";
import { ListSource } from "./collections/list-source.js";
import { factsOf, moved, span } from "./collections/words.js";
import * as format from "./format.js";
import { Selection } from "./groups/selection.js";
import { groupOf, whyTogether } from "./groups/words.js";
import { STEPS_S, placeOf } from "./settings/window.js";
import { decode } from "./thumbhash.js";
import { chosenIn, optionsOf, without } from "./timeline/filters.js";
import { layOut, sectionsBetween, tilePlace, tilesBetween } from "./timeline/layout.js";
import { Shelves } from "./timeline/shelves.js";
import { Sequence } from "./viewer/sequence.js";

const DAYS = [
  { day: "2024-05-17", count: 5000 },
  { day: "2024-05-16", count: 1 },
  { day: "2024-05-15", count: 2 },
  { day: "unknown", count: 40 },
];

for (const width of [320, 360, 390, 768, 1440, 3840]) {
  test(`layout of ${width} pixels keeps every tile inside and every day apart`, () => {
    const layout = layOut(DAYS, width);
    let bottom = 0;
    for (const section of layout.sections) {
      const last = tilePlace(layout, section, section.count - 1);
      assert.ok(section.left + section.columns * (section.tile + layout.gap) - layout.gap <= width + 0.01);
      assert.ok(last.top + section.tile <= section.height + 0.01);
      bottom = Math.max(bottom, section.top + section.height);
    }
    assert.equal(layout.height, bottom);
  });
}

test("small days share a row, large ones do not", () => {
  const [large, one, two, unknown] = layOut(DAYS, 1440).sections;
  assert.equal(one.top, two.top);
  assert.ok(two.left > one.left);
  assert.ok(one.top >= large.height);
  assert.ok(unknown.top > one.top);
});

test("only what is near the window is found", () => {
  const layout = layOut(DAYS, 1440);
  assert.deepEqual(sectionsBetween(layout, 0, 500).map(({ day }) => day), ["2024-05-17"]);
  assert.equal(sectionsBetween(layout, layout.height, layout.height + 500).length, 0);
  const [first, last] = tilesBetween(layout, layout.sections[0], 10_000, 11_000);
  assert.ok(first > 0 && last < 5000 && last - first < 100);
});

test("places and numbers of a sequence are each other's inverse", () => {
  const sequence = new Sequence(DAYS);
  assert.equal(sequence.total, 5043);
  for (const number of [0, 4999, 5000, 5001, 5002, 5003, 5042]) {
    const { day, index } = sequence.placeOf(number);
    assert.equal(sequence.numberOf(day, index), number);
  }
  assert.equal(sequence.numberOf("2024-05-16", 1), -1);
  assert.equal(sequence.numberOf("1999-01-01", 0), -1);
});

/** A day of 1200 items, 500 to a page. */
function pagesOf(asked) {
  return async (day, cursor, limit) => {
    asked.push([day, cursor]);
    const start = Number(cursor ?? 0);
    const end = Math.min(1200, start + limit);
    const items = Array.from({ length: end - start }, (_, at) => ({ id: `${day} ${start + at}` }));
    return { items, next: end < 1200 ? String(end) : null };
  };
}

test("a day is loaded as far as it is needed, and once", async () => {
  const asked = [];
  const shelves = new Shelves(pagesOf(asked));
  const [one, two] = await Promise.all([shelves.load("a", 0), shelves.load("a", 3)]);
  assert.deepEqual([one.id, two.id], ["a 0", "a 3"]);
  assert.equal(asked.length, 1);
  assert.equal((await shelves.load("a", 1199)).id, "a 1199");
  assert.equal(await shelves.load("a", 1200), undefined);
  assert.equal(asked.length, 3);
  assert.equal(await shelves.find("a", "a 700"), 700);
  assert.equal(await shelves.find("a", "b 1"), -1);
});

test("a stale day keeps its items until the new ones are here", async () => {
  const shelves = new Shelves(pagesOf([]));
  await shelves.load("a", 0);
  shelves.markStale();
  const refreshed = shelves.refresh("a", 600);
  assert.equal(shelves.loaded("a").length, 500);
  await refreshed;
  assert.equal(shelves.loaded("a").length, 1000);
});

test("days long out of sight are forgotten, those in sight are not", async () => {
  const shelves = new Shelves(pagesOf([]));
  for (let day = 0; day < 30; day += 1) await shelves.load(String(day), 1199);
  shelves.forget(new Set(["0"]));
  assert.ok(shelves.loaded("0").length > 0);
  assert.equal(shelves.loaded("1").length, 0);
  assert.ok(shelves.loaded("29").length > 0);
});

test("bytes of arriving files, announced or not", () => {
  assert.equal(format.arrived({ bytes: 12_300_000, expected: 40_000_000 }), "12.3 MB of 40.0 MB");
  assert.equal(format.arrived({ bytes: 999, expected: null }), "999 bytes");
});

test("sizes, dates and durations as people read them", () => {
  assert.deepEqual([0, 1, 999, 1000, 59_059, 999_999, 1.2e9].map(format.size),
    ["0 bytes", "1 byte", "999 bytes", "1.0 kB", "59.1 kB", "1.0 MB", "1.2 GB"]);
  assert.equal(format.day("2024-05-17"), "Friday, 17 May 2024");
  assert.equal(format.day("unknown"), "Unknown date");
  assert.deepEqual([5.2, 65, 3700].map(format.duration), ["0:05", "1:05", "1:01:40"]);
  assert.equal(format.camera({ make: "Canon", model: "Canon EOS 5D" }), "Canon EOS 5D");
  assert.equal(format.camera({ make: "SONY", model: "ILCE-7M3" }), "SONY ILCE-7M3");
  assert.equal(format.position({ lat: -33.9, lon: 151.2 }), "33.90000° S, 151.20000° E");
});

/** The colour of a hash's picture at a place from 0 to 1. */
function colourAt({ width, height, pixels }, x, y) {
  const at = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
  return [...pixels.subarray(at, at + 4)];
}

test("a thumbhash shows the shape, the colours and the transparency of its picture", () => {
  // Made by indexer.derivatives.thumbhash of tests/photos.py's four quarters, 64 x 48.
  const quarters = decode("4AcOfZyBeobAZ4h4h6iGh3Sv94iM");
  assert.deepEqual([quarters.width, quarters.height], [16, 11]);
  const [red, green, blue, white] = [[0.2, 0.2], [0.8, 0.2], [0.2, 0.8], [0.8, 0.8]].map(([x, y]) => colourAt(quarters, x, y));
  assert.ok(red[0] > 150 && red[1] < 100 && red[2] < 100);
  assert.ok(green[1] > 130 && green[0] < 110 && green[2] < 110);
  assert.ok(blue[2] > 150 && blue[0] < 100 && blue[1] < 110);
  assert.ok(Math.min(...white) > 190);
  // The same, in a tall picture whose lower half is transparent.
  const faded = decode("1hqCBBxYj4WMhnhn94iMj8iIh/d4iIiFBw==");
  assert.ok(faded.height > faded.width);
  assert.ok(colourAt(faded, 0.5, 0.1)[3] > 200 && colourAt(faded, 0.5, 0.9)[3] < 60);
});

test("a broken thumbhash shows nothing, a cut one still something", () => {
  assert.equal(decode("%%%"), null);
  assert.equal(decode("AAAA"), null);
  assert.equal(decode("4AcOfZyBeobAZ4h4h6iGh3Sv94iM".slice(0, 12)).pixels.length, 16 * 11 * 4);
});

test("a tile's badge counts the shots of a burst, else the files of a shot, and nothing for one alone", () => {
  const item = (shot, burst) => groupOf({ shot, burst });
  assert.equal(item(null, null), null);
  assert.equal(item({ kind: null, count: 1 }, null), null);
  const pair = item({ kind: "raw", count: 2 }, null);
  assert.deepEqual([pair.sort, pair.count, pair.word, pair.label], ["shots", 2, "RAW+JPEG", "RAW+JPEG, 2 files of one shot"]);
  const burst = item({ kind: "raw", count: 2 }, { id: "b", kind: "bracket", count: 5 });
  assert.deepEqual([burst.sort, burst.count, burst.label], ["bursts", 5, "Bracket of 5 shots"]);
});

test("a day says how many files stand behind its tiles, where there are more", () => {
  const cases = [[{ count: 1 }, ""], [{ count: 12 }, "12"], [{ count: 12, items: 12 }, "12"], [{ count: 1, items: 2 }, "1 · 2 files"], [{ count: 1200, items: 3000 }, "1,200 · 3,000 files"]];
  for (const [day, words] of cases) assert.equal(format.countOfDay(day), words);
});

test("reasons are told once each, and whether the group is locked", () => {
  assert.equal(whyTogether(["same name A", "same name A", "same camera"], false), "Together because: same name A; same camera.");
  assert.match(whyTogether(["same name A"], true), /Locked/);
});

const named = (...ids) => ids.map((id) => ({ id }));

test("choosing: one by one, a range from the last choice, and the last let go of ends it", () => {
  const list = named("a", "b", "c", "d");
  const selection = new Selection();
  let heard = 0;
  selection.onChange(() => { heard += 1; });
  selection.toggle(list[3]);
  selection.extendTo(list[1], list);
  assert.deepEqual([...selection.items.keys()], ["d", "b", "c"]);
  selection.toggle(list[1]);
  selection.extendTo(list[0], named("z", "a"));
  assert.deepEqual([...selection.items.keys()], ["d", "c", "a"]);
  for (const item of [list[3], list[2], list[0]]) selection.toggle(item);
  assert.equal(selection.isOn, false);
  assert.equal(heard, 7);
});

test("filters come from the address, and a value that fits nothing stays to be seen", () => {
  assert.deepEqual(chosenIn("?item=x&camera=NIKON+D90&year="), { camera: "NIKON D90" });
  assert.deepEqual(without({ camera: "a", year: "2024" }, "camera"), { year: "2024" });
  assert.deepEqual(optionsOf("year", [{ value: 2024, count: 3 }], "2019"), [
    { value: "2019", count: 0, words: "2019" }, { value: "2024", count: 3, words: "2024" }]);
  assert.equal(optionsOf("category", [{ value: "slow-motion", count: 1 }])[0].words, "Slow motion");
});

test("the days of a memory, as short as they can be said, and not twice", () => {
  assert.equal(span("2024-05-12", "2024-05-15").replaceAll(/\s*–\s*/g, "–"), "12–15 May 2024");
  assert.equal(span("2024-05-05", "2024-05-05"), "5 May 2024");
  assert.equal(span(null, null), "");
  const lisbon = { first_day: "2024-05-12", last_day: "2024-05-15", count: 1 };
  assert.match(factsOf({ ...lisbon, title: "Lisbon" }), /^12.*15 May 2024 · 1 photo$/);
  assert.equal(factsOf({ ...lisbon, title: "Lisbon, 12-15 May 2024", count: 40 }), "40 photos");
});

test("one place forward or back, never off the end", () => {
  assert.deepEqual(moved(["a", "b", "c"], "c", -1), ["a", "c", "b"]);
  assert.deepEqual(moved(["a", "b", "c"], "a", 1), ["b", "a", "c"]);
  assert.deepEqual(moved(["a", "b"], "a", -1), ["a", "b"]);
  assert.deepEqual(moved(["a", "b"], "b", 1), ["a", "b"]);
});

test("a memory's tiles stand by day, an album's in the order that people chose", async () => {
  const items = [{ id: "b", taken_at: "2024-05-13T10:00:00" }, { id: "a", taken_at: "2024-05-12T10:00:00" }, { id: "c", taken_at: null }, { id: "d", taken_at: "2024-05-12T11:00:00" }];
  const memory = new ListSource(async () => items, true);
  assert.deepEqual(await memory.getDays(), [{ day: "2024-05-13", count: 1 }, { day: "2024-05-12", count: 2 }, { day: "unknown", count: 1 }]);
  assert.deepEqual((await memory.getPage("2024-05-12")).items.map(({ id }) => id), ["a", "d"]);
  const album = new ListSource(async () => items, false);
  const [only] = await album.getDays();
  assert.equal(only.count, 4);
  assert.deepEqual((await album.getPage(only.day)).items, items);
});

test("every step of the burst window finds its own place again, and what lies between the nearest", () => {
  STEPS_S.forEach((seconds, place) => assert.equal(placeOf(seconds), place));
  assert.equal(STEPS_S[placeOf(60)], STEPS_S.at(-1));
  assert.equal(STEPS_S[placeOf(1.1)], 1);
});
