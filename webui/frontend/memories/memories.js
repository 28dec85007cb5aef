/** The Memories page: what happened on this day in other years, then every memory, the newest first. */
import "../styles/timeline.css";
import "../styles/groups.css";
import "../styles/collections.css";
import { cardOf } from "../collections/card.js";
import { Deeds } from "../groups/deeds.js";
import { Toasts } from "../toasts.js";
import { actionsOf } from "./actions.js";
import * as api from "./api.js";

const root = document.querySelector("#memories");
const today = root.querySelector("#on-this-day");
const all = root.querySelector("#all-memories");
const empty = root.querySelector("#empty");
const showHidden = /** @type {HTMLInputElement} */ (root.querySelector("#show-hidden"));
const deeds = new Deeds(new Toasts(), update);

async function update() {
  const { memories, on_this_day: onThisDay } = await api.getMemories(showHidden.checked);
  const ordered = [...memories].sort((a, b) => Number(b.pinned) - Number(a.pinned));
  today.hidden = onThisDay.length === 0;
  today.querySelector("ul").replaceChildren(...onThisDay.map((memory) => card(memory, memories)));
  all.replaceChildren(...ordered.map((memory) => card(memory, memories)));
  empty.hidden = memories.length > 0;
}

/** @param {api.Memory} memory @param {api.Memory[]} memories */
const card = (memory, memories) => cardOf(memory, `/memories/${memory.id}`, actionsOf(memory, async () => memories, deeds));

showHidden.addEventListener("change", update);
update().catch((error) => deeds.toasts.say(error.message));
