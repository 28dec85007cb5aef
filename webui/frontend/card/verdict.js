/** May the card be formatted? In words, from what the server holds. Pure. */
import * as format from "../format.js";

/** States whose files are not safe: missing ones with their twins, and those that could not be read. */
export const NOT_HELD = ["missing", "twin", "failed", "cancelled"];

/** @param {import("../upload/batch.js").Batch} batch @returns {{isSafe: boolean, title: string, words: string}} of a check that has ended */
export function verdictOf(batch) {
  const { count } = batch.total;
  const { failed } = batch.counts;
  const missing = batch.in(...NOT_HELD).count;
  if (!count) return { isSafe: false, title: "There are no files in this folder", words: leftOutWords(batch) };
  if (missing === 0) {
    const title = count === 1 ? "The one file of this card is in your library." : `All ${format.number(count)} files of this card are in your library.`;
    return { isSafe: true, title, words: ["Each was compared by its SHA-256 digest.", leftOutWords(batch)].join(" ").trim() };
  }
  const title = missing === count
    ? `None of the ${format.counted(count, "file")} of this card is in your library.`
    : `${format.number(missing)} of ${format.counted(count, "file")} ${missing === 1 ? "is" : "are"} not in your library.`;
  const unread = failed ? `${format.counted(failed, "file")} could not be read. ` : "";
  return { isSafe: false, title, words: `${unread}Do not format this card yet. ${leftOutWords(batch)}`.trim() };
}

/** Empty files are told apart: on a card they are what is left of a photo that was never written. */
function leftOutWords({ leftOut: { junk, empty } }) {
  const parts = [];
  if (junk) parts.push(`${format.counted(junk, "system file")} such as .DS_Store not counted.`);
  if (empty) parts.push(`${format.counted(empty, "file")} of 0 bytes not counted: there is nothing in ${empty === 1 ? "it" : "them"} to keep.`);
  return parts.join(" ");
}

/** @param {import("../upload/batch.js").Batch} batch the list to keep: one line a file, those that are not held first */
export function report(batch) {
  const isHeld = ({ state }) => state === "held" || state === "sent";
  const lines = (files) => files.map(({ path, digest }) => (digest ? `${digest}  ${path}` : `(not read)  ${path}`));
  const not = lines(batch.files.filter((file) => !isHeld(file)));
  const held = lines(batch.files.filter(isHeld));
  return [
    verdictOf(batch).title,
    ...(not.length ? ["", `Not in the library (${format.number(not.length)}):`, ...not] : []),
    ...(held.length ? ["", `In the library (${format.number(held.length)}):`, ...held] : []),
    "",
  ].join("\n");
}
