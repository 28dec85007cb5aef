/** The page that tells whether a card may be formatted: files are hashed here, and only digests are sent. */
import "../styles/upload.css";
import { takeDrops } from "../upload/drop-target.js";
import { makeUploader } from "../upload/make.js";
import { UploadPanel } from "../upload/panel.js";
import { makePicker } from "../upload/picker.js";
import { itemOf } from "../upload/server.js";
import { CheckPanel } from "./panel.js";

const uploader = makeUploader({ sends: false });
const check = new CheckPanel(uploader, upload);

/** Each drop is a card of its own. @param {AsyncIterable<import("../upload/gather.js").Candidate[]>} portions */
function add(portions) {
  if (!uploader.isBusy && !uploader.sends) uploader.clear();
  uploader.add(portions);
}

/** From here on it is an upload like any other, of files that are read already. */
function upload() {
  check.root.replaceWith(new UploadPanel(uploader, itemOf).root);
  uploader.sendMissing();
}

const picker = makePicker({
  title: "Drop the card’s folder here",
  words: "Its files are compared on this computer with your library. Nothing is uploaded.",
  takesFiles: false,
}, add);

document.querySelector("#check").append(picker, check.root);
takeDrops("Drop to check. Nothing is uploaded.", add);
