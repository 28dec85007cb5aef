/**
 * The “Connect” panel and page: copy buttons, the visitor's own system opened first, the panel itself.
 * A plain file outside the bundle, so that it works in an installation without one.
 */

/**
 * Put a text on the clipboard. The clipboard API exists on https and localhost only; a plain-http
 * address in the home network needs the older way.
 * @param {string} text
 * @returns {Promise<boolean>} whether it worked
 */
async function copyText(text) {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(() => true, () => false);
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  const home = document.querySelector("dialog[open]") ?? document.body;
  home.append(field);
  field.select();
  const worked = document.execCommand("copy");
  field.remove();
  return worked;
}

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
