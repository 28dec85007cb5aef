/** The viewer in the address bar: ?item=ID, so that reload, links and the back button work. */

/** The item that the address names. @returns {?string} */
export const itemInAddress = () => new URLSearchParams(location.search).get("item");

/** Opening is a step that "back" undoes. @param {string} id */
export function enter(id) {
  if (itemInAddress() === id) return;
  history.pushState({ isViewerStep: true }, "", `/?item=${id}`);
}

/** Going from item to item is not. @param {string} id */
export function follow(id) {
  if (itemInAddress() !== id) history.replaceState(history.state, "", `/?item=${id}`);
}

/** Closing undoes the step of opening, or, for an address typed in, leaves the timeline's address. */
export function leave() {
  if (!itemInAddress()) return;
  if (history.state?.isViewerStep) history.back();
  else history.replaceState(null, "", "/");
}
