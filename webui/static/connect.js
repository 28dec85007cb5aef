/**
 * The “Connect” panel and page: copy buttons, the visitor's own system opened first, the panel itself.
 * A plain file outside the bundle, so that it works in an installation without one.
 */

import { copyText } from "./copy-text.js";

/** @param {HTMLButtonElement} button */
function enableCopyButton(button) {
  const word = button.querySelector(".copy-word");
  button.hidden = false;
  button.addEventListener("click", async () => {
    word.textContent = (await copyText(button.dataset.copy)) ? "Copied" : "Select and copy";
    button.focus();
    setTimeout(() => { word.textContent = "Copy"; }, 2000);
  });
}

/** @returns {"mac" | "windows" | "linux"} */
function visitorSystem() {
  const platform = navigator.userAgent;
  if (/Mac|iPhone|iPad/.test(platform)) return "mac";
  return /Windows/.test(platform) ? "windows" : "linux";
}

document.querySelectorAll(".copy-button").forEach(enableCopyButton);
document.querySelectorAll(`[data-system="${visitorSystem()}"]`).forEach((details) => { details.open = true; });

const panel = document.querySelector("#connect-panel");
document.querySelector("#connect-link")?.addEventListener("click", (event) => {
  if (!panel) return;
  event.preventDefault();
  panel.showModal();
});
panel?.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});

const menu = document.querySelector("#account-menu");
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.open) menu.open = false;
});
