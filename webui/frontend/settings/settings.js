/** The Grouping page: the window of bursts, the clocks of cameras, and what people decided by hand. */
import "../styles/timeline.css";
import "../styles/groups.css";
import "../styles/collections.css";
import { getStatus } from "../api.js";
import { element } from "../dom.js";
import * as format from "../format.js";
import * as groups from "../groups/api.js";
import { Deeds } from "../groups/deeds.js";
import { Toasts } from "../toasts.js";
import * as api from "./api.js";
import { STEPS_S, placeOf, words } from "./window.js";

const ASK_AGAIN_MS = 1000;

const section = (id) => /** @type {HTMLElement} */ (document.querySelector(`#${id}`));
const slider = /** @type {HTMLInputElement} */ (section("burst-window"));
const toasts = new Toasts();
const deeds = new Deeds(toasts, async () => Promise.all([showClocks(), showDecisions()]));

async function showWindow() {
  const { burst_window_s: seconds } = await api.getGrouping();
  slider.max = String(STEPS_S.length - 1);
  slider.value = String(placeOf(seconds));
  tellWindow();
  section("bursts").hidden = false;
}

function tellWindow() {
  const text = words(STEPS_S[Number(slider.value)]);
  section("burst-window-words").textContent = text;
  slider.setAttribute("aria-valuetext", text);
}

async function changeWindow() {
  try {
    await api.setBurstWindow(STEPS_S[Number(slider.value)]);
    await followGrouping();
  } catch (error) {
    toasts.say(error.message);
  }
}

/** Until all is grouped anew. */
async function followGrouping() {
  const { grouping } = await getStatus();
  section("burst-state").textContent = grouping.pending
    ? `Grouping anew: ${format.counted(grouping.pending, "file")} to go.`
    : "All photos are grouped by this.";
  if (grouping.pending) setTimeout(followGrouping, ASK_AGAIN_MS);
}

async function showClocks() {
  const clocks = await api.getClocks();
  section("clocks-words").textContent = clocks.length
    ? "Compared with the telephone that was with them, these cameras had another time."
    : "No camera seems to have a wrong clock. That is found where a telephone took pictures at the same time.";
  section("clocks-list").replaceChildren(...clocks.map(clockRow));
  section("clocks").hidden = false;
}

/** @param {api.ClockSuggestion} clock */
function clockRow(clock) {
  const more = `${format.number(clock.matched)} of ${format.counted(clock.pictures, "picture")} then fall together with the telephone’s.`;
  if (clock.applied) {
    return row(`${clock.camera} was ${clock.sentence}: corrected`, more, "Undo", () => deeds.carryOut(`${clock.camera} has its own times again.`, () => groups.undo(clock.decision)));
  }
  return row(`${clock.camera} seems ${clock.sentence}`, more, "Apply", () => deeds.carryOut(`The times of ${clock.camera} are corrected.`, () => api.applyClock(clock.id)));
}

async function showDecisions() {
  const decisions = (await api.getDecisions()).filter((one) => !one.undone_at);
  section("decisions-words").textContent = decisions.length
    ? "What you decided by hand, the newest first. It survives a rebuilt index; taking it back restores what would be without it."
    : "You have decided nothing by hand yet. What you merge, separate or lock is listed here and can be taken back.";
  section("decisions-list").replaceChildren(...decisions.map(decisionRow));
  section("decisions").hidden = false;
}

/** @param {api.Decision} decision */
const decisionRow = ({ id, at, words: text }) => row(text, new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }), "Undo",
  () => deeds.carryOut("Undone.", () => groups.undo(id)));

/** @param {string} text @param {string} more @param {string} label @param {() => void} run */
function row(text, more, label, run) {
  const button = element("button", { class: "button button-small", type: "button", "aria-label": `${label}: ${text}` }, label);
  button.addEventListener("click", run);
  return element("li", { class: "row" }, element("span", { class: "row-words" }, text, element("span", { class: "row-more" }, more)), button);
}

slider.addEventListener("input", tellWindow);
slider.addEventListener("change", changeWindow);
for (const show of [showWindow, showClocks, showDecisions]) show().catch((error) => toasts.say(error.message));
