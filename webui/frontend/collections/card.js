/** A memory or album as a card: its cover, its title, when and how much. */
import { mediaAddress } from "../api.js";
import { element, icon } from "../dom.js";
import { factsOf } from "./words.js";

/**
 * @typedef {{id: string, title: string, cover: ?string, first_day: ?string, last_day: ?string, count: number,
 *   pinned?: boolean, hidden?: boolean, why?: string}} Collection
 * @typedef {{label: string, run: () => Promise<unknown>}} CardAction
 */

/** @param {Collection} one @param {string} href @param {CardAction[]} actions */
export function cardOf(one, href, actions) {
  const title = element("span", { class: "collection-title" }, one.title);
  if (one.pinned) title.prepend(icon("pin"));
  const facts = element("span", { class: "collection-facts" }, factsOf(one));
  const link = element("a", { class: "collection-link", href }, coverOf(one), title, facts);
  return element("li", { class: `collection${one.hidden ? " is-hidden" : ""}` }, link, menuOf(one, actions));
}

/** @param {Collection} one */
function coverOf({ cover }) {
  const frame = element("span", { class: "collection-cover" });
  frame.append(cover
    ? element("img", { src: mediaAddress({ id: cover }, "thumbnail"), alt: "", loading: "lazy", draggable: "false" })
    : icon("picture"));
  return frame;
}

/** @param {Collection} one @param {CardAction[]} actions */
export function menuOf(one, actions) {
  const buttons = actions.map(({ label, run }) => {
    const button = element("button", { class: "menu-item", type: "button" }, label);
    button.addEventListener("click", () => {
      menu.open = false;
      run();
    });
    return button;
  });
  const summary = element("summary", { class: "button button-quiet button-round", "aria-label": `Change ${one.title}` }, icon("more"));
  const menu = /** @type {HTMLDetailsElement} */ (element("details", { class: "menu collection-menu" }, summary, element("div", { class: "menu-panel" }, ...buttons)));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}
