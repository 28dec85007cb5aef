/** The viewer in the address bar: ?item=ID on whichever page it is, so that reload, links and "back" work. */

/** The item that the address names. @returns {?string} */
export const itemInAddress = () => new URLSearchParams(location.search).get("item");

/** Opening is a step that "back" undoes. @param {string} id */
export function enter(id) {
  if (itemInAddress() === id) return;
  history.pushState({ isViewerStep: true }, "", here(id));
}

/** Going from item to item is not. @param {string} id */
export function follow(id) {
  if (itemInAddress() !== id) history.replaceState(history.state, "", here(id));
}

/** Closing undoes the step of opening, or, for an address typed in, leaves the page's address. */
export function leave() {
  if (!itemInAddress()) return;
  if (history.state?.isViewerStep) history.back();
  else forget();
}

/** The page's own address, without an item. */
export const forget = () => history.replaceState(null, "", here(null));

/** @param {?string} id */
function here(id) {
  const asked = new URLSearchParams(location.search);
  asked.delete("item");
  if (id) asked.set("item", id);
  return location.pathname + (asked.size ? `?${asked}` : "");
}
