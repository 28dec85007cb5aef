/** The facets by which a timeline is filtered, in words and in the address. Pure functions. */

/** In the order in which they are shown; the keys are the API's. */
export const FACETS = [
  { key: "category", label: "Kind" },
  { key: "camera", label: "Camera" },
  { key: "lens", label: "Lens" },
  { key: "place", label: "Place" },
  { key: "year", label: "Year" },
];

const CATEGORY_WORDS = {
  photo: "Photos", video: "Videos", raw: "RAW", panorama: "Panoramas", portrait: "Portrait format", landscape: "Landscape format",
  square: "Square", screenshot: "Screenshots", selfie: "Selfies", burst: "Bursts", "slow-motion": "Slow motion",
  "time-lapse": "Time-lapses", "wide-screen": "Wide-screen videos", "non-media": "Other files",
};

/** What the address asks for. @param {string} search @returns {Record<string, string>} */
export function chosenIn(search) {
  const asked = new URLSearchParams(search);
  const pairs = FACETS.map(({ key }) => [key, asked.get(key)]);
  return Object.fromEntries(pairs.filter(([, value]) => value));
}

/** @param {Record<string, string>} chosen @param {string} key */
export const without = (chosen, key) => Object.fromEntries(Object.entries(chosen).filter(([one]) => one !== key));

/**
 * What a facet offers; what is chosen stays among it although nothing fits it any more.
 * @param {string} key @param {{value: string | number, count: number}[]} values @param {string} [chosen]
 */
export function optionsOf(key, values, chosen) {
  const all = values.map(({ value, count }) => ({ value: String(value), count }));
  if (chosen && !all.some(({ value }) => value === chosen)) all.unshift({ value: chosen, count: 0 });
  return all.map((one) => ({ ...one, words: key === "category" ? CATEGORY_WORDS[one.value] ?? one.value : one.value }));
}
