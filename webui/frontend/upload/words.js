/** What becomes of files, in words. Pure. */
import * as format from "../format.js";

const STATE_WORDS = {
  waiting: "Waiting",
  hashing: "Reading",
  asking: "Asking whether it is here",
  noting: "Already in your library; the receipt is told",
  twin: "The same as a file before it",
  missing: "Not in your library",
  queued: "Waiting to be sent",
  sending: "Sending",
  confirming: "Being stored",
  sent: "Uploaded",
  held: "Already in your library",
  cancelled: "Cancelled",
};

/** @param {import("./batch-file.js").BatchFile} file one line for its row */
export function stateOf(file) {
  if (file.state === "failed") return file.problem;
  const words = STATE_WORDS[file.state];
  const isMoving = file.state === "sending" || file.state === "hashing";
  return isMoving && file.done ? `${words}: ${format.size(file.done)} of ${format.size(file.size)}` : words;
}

/** @param {import("./batch.js").Batch} batch "3 new, 12 already here, 1 failed" */
export function outcome(batch) {
  const parts = [
    [batch.counts.sent, "new"],
    [batch.counts.held, "already here"],
    [batch.counts.failed, "failed"],
    [batch.counts.cancelled, "cancelled"],
  ];
  const said = parts.filter(([count], place) => count || place === 0).map(([count, word]) => `${format.number(count)} ${word}`);
  return said.join(", ");
}

/** @param {{junk: number, empty: number}} leftOut "" when nothing was */
export function leftOut({ junk, empty }) {
  const parts = [];
  if (junk) parts.push(`${format.counted(junk, "system file")} such as .DS_Store`);
  if (empty) parts.push(`${format.counted(empty, "empty file")} of 0 bytes`);
  return parts.length ? `Left out: ${parts.join(" and ")}.` : "";
}

/** @param {import("./batch.js").Batch} batch the heading at the end */
export function verdictOfUpload(batch) {
  const { failed, cancelled, sent, held } = batch.counts;
  if (failed) return `${format.counted(failed, "file")} could not be uploaded`;
  if (!sent && !held) return cancelled ? "Cancelled" : "No files to upload";
  if (cancelled) return "The rest was cancelled";
  return sent + held === 1 ? "The file is in your library" : `All ${format.number(sent + held)} files are in your library`;
}

/** @param {?number} seconds */
export function timeLeft(seconds) {
  if (seconds === null) return "";
  if (seconds < 50) return "less than a minute left";
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `about ${format.counted(minutes, "minute")} left`;
  const hours = Math.round(minutes / 30) / 2;
  return hours < 48 ? `about ${hours} hours left` : `about ${Math.round(hours / 24)} days left`;
}

/**
 * What a screen reader is told: at the beginning, each quarter, each change of the state. Nothing else.
 * @param {{isBusy: boolean, isPaused: boolean, trouble: ?string, share: number, verdict: string, total: number}} now
 */
export function spoken({ isBusy, isPaused, trouble, share, verdict, total }) {
  if (!total) return "";
  if (!isBusy) return verdict;
  if (trouble) return trouble;
  if (isPaused) return "Paused";
  const quarter = Math.floor(share * 4) * 25;
  return quarter ? `${quarter} % done` : "Files are being read and uploaded";
}
