/** The bar over the timeline: which kinds, cameras, lenses, places and years are shown. Kept in the address. */
import { get } from "../api.js";
import { element } from "../dom.js";
import * as format from "../format.js";
import { FACETS, chosenIn, optionsOf, without } from "./filters.js";

export class FilterBar {
  /** @param {HTMLElement} root @param {() => void} onChange */
  constructor(root, onChange) {
    this.root = root;
    this.onChange = onChange;
    this.chosen = chosenIn(location.search);
    this.fields = element("div", { class: "filter-fields" });
    this.clear = element("button", { class: "button button-quiet button-small", type: "button" }, "Show all");
    this.clear.addEventListener("click", () => this.#choose({}));
    this.shown = "";
    this.none = element("p", { class: "filter-none", role: "status" });
    root.append(this.fields, this.clear, this.none);
    addEventListener("popstate", () => this.#followAddress());
  }

  get isOn() {
    return Object.keys(this.chosen).length > 0;
  }

  /** The facets as they are now, with how much each would show. @param {import("../api.js").Day[]} days what is shown */
  async show(days) {
    this.root.hidden = !days.length && !this.isOn;
    this.clear.hidden = !this.isOn;
    this.none.textContent = this.isOn && !days.length ? "Nothing in your library fits all of these." : "";
    const facets = await get("facets", { collapsed: 1, ...this.chosen }).catch(() => null);
    const wanted = JSON.stringify([facets, this.chosen]);
    // Whoever has a list open keeps it open.
    if (!facets || wanted === this.shown) return;
    this.shown = wanted;
    const offered = FACETS.filter(({ key }) => facets[key]?.length || this.chosen[key]);
    const focused = document.activeElement?.getAttribute("name");
    this.fields.replaceChildren(...offered.map((facet) => this.#field(facet, facets[facet.key] ?? [])));
    if (focused) this.fields.querySelector(`[name="${focused}"]`)?.focus();
  }

  /** @param {{key: string, label: string}} facet @param {{value: string, count: number}[]} values */
  #field({ key, label }, values) {
    const select = /** @type {HTMLSelectElement} */ (element("select", { class: "filter", name: key, "aria-label": label }));
    select.append(element("option", { value: "" }, label));
    for (const { value, words, count } of optionsOf(key, values, this.chosen[key])) {
      select.append(element("option", { value }, `${words} (${format.number(count)})`));
    }
    select.value = this.chosen[key] ?? "";
    select.classList.toggle("is-on", Boolean(this.chosen[key]));
    select.addEventListener("change", () => this.#choose({ ...without(this.chosen, key), ...(select.value && { [key]: select.value }) }));
    return select;
  }

  /** @param {Record<string, string>} chosen */
  #choose(chosen) {
    this.chosen = chosen;
    const asked = new URLSearchParams(chosen);
    history.pushState(null, "", asked.size ? `/?${asked}` : "/");
    scrollTo({ top: 0, behavior: "instant" });
    this.onChange();
  }

  #followAddress() {
    const chosen = chosenIn(location.search);
    if (JSON.stringify(chosen) === JSON.stringify(this.chosen)) return;
    this.chosen = chosen;
    this.onChange();
  }
}
