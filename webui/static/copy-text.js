/**
 * Put a text on the clipboard. The clipboard API exists on https and localhost only; a plain-http
 * address in the home network needs the older way.
 * @param {string} text
 * @returns {Promise<boolean>} whether it worked
 */
export async function copyText(text) {
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
