/**
 * From a drop or a file picker to a stream of candidates: every file of every folder, a few at a time,
 * without the litter of operating systems. Handles only; no content is read here.
 *
 * Of a dropped file only its entry is kept: a browser spends ten kilobytes and more on every open File.
 *
 * @typedef {{
 *   path: string, source: File | FileSystemFileEntry, size: number, modified: number
 * } | {path: string, problem: string}} Candidate a path relative to what was dropped; modified in epoch milliseconds
 */
import { opened } from "./batch-file.js";
import { breathe } from "./breathe.js";

const PORTION = 100;

const JUNK_NAME = new RegExp(
  "^(?:\\._.*|\\.ds_store|\\.localized|\\.apdisk|\\.metadata_never_index|\\.ql_disable.*|thumbs\\.db|ehthumbs\\.db"
  + "|desktop\\.ini|\\.hidden|\\.directory|\\.~lock\\..*#|\\.davfs\\.tmp.*|.*\\.partial|.*\\.part|.*\\.tmp)$",
  "i",
);
const JUNK_FOLDER = /^(?:\.spotlight-v100|\.trashes|\.fseventsd|\.temporaryitems|\.appledouble|__macosx|\.trash-.*)$/i;

/** @param {string} path whether the server would not make an item of it: its own list, indexer/names.py */
export function isJunk(path) {
  const parts = path.split("/");
  return JUNK_NAME.test(parts.at(-1)) || parts.some((part) => JUNK_FOLDER.test(part));
}

/** What was dropped; to be called while the drop event is handled, for afterwards it is gone. @param {DataTransfer} transfer */
export function entriesOf(transfer) {
  const files = [...transfer.items].filter(({ kind }) => kind === "file");
  return files.map((item) => item.webkitGetAsEntry() ?? item.getAsFile()).filter(Boolean);
}

/**
 * All files below these entries, in portions.
 * @param {(FileSystemEntry | File)[]} entries
 * @returns {AsyncGenerator<Candidate[]>}
 */
export async function* gatherEntries(entries) {
  yield* portionsOf(entries.filter((entry) => entry instanceof File));
  const open = [entries.filter((entry) => !(entry instanceof File))];
  while (open.length) {
    const portion = open.pop();
    yield await Promise.all(portion.filter(({ isFile }) => isFile).map(candidateOf));
    for (const folder of portion.filter(({ isDirectory }) => isDirectory)) {
      yield* membersOf(folder, open);
    }
  }
}

/** The files of a picker, in portions; the page breathes between them. @param {Iterable<File>} files */
export async function* portionsOf(files) {
  let portion = [];
  for (const source of files) {
    portion.push({ path: source.webkitRelativePath || source.name, source, size: source.size, modified: source.lastModified });
    if (portion.length < PORTION) continue;
    yield portion;
    portion = [];
    await breathe();
  }
  yield portion;
}

/** Put what the folder holds on the pile; a browser gives a hundred entries at a time, and then none. */
async function* membersOf(folder, open) {
  const reader = folder.createReader();
  try {
    for (;;) {
      const found = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
      if (!found.length) return;
      open.push(found);
    }
  } catch {
    yield [{ path: pathOf(folder), problem: "This folder cannot be read. Is the card still there?" }];
  }
}

/** @param {FileSystemFileEntry} entry @returns {Promise<Candidate>} */
async function candidateOf(entry) {
  const path = pathOf(entry);
  try {
    const { size, lastModified } = await opened(entry);
    return { path, source: entry, size, modified: lastModified };
  } catch {
    return { path, problem: "This file cannot be read. Is the card still there?" };
  }
}

const pathOf = (entry) => entry.fullPath.replace(/^\//, "");
