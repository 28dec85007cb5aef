/** Making elements without markup in strings: nothing from a file name can ever become HTML. */

const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  raw: "M4 8h3l2-2.500h6L17 8h3v11H4zM12 16.500a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600z",
  video: "M4 6h16v12H4zM10.500 9.500v5l4-2.500z",
  other: "M7 3.500h7l4 4v13H7zM14 3.500v4h4",
  failed: "M12 4l9 16H3zM12 10v4.500M12 17.300v.2",
  pending: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.500V12l3 2",
  picture: "M4 5h16v14H4zM4 16l4.500-4.500 4 4 2.500-2.500 5 5M15.500 9.500h.01",
  upload: "M12 16V4M7.500 8.500L12 4l4.500 4.500M5 15v5h14v-5",
  done: "M5 12.500l4.500 4.500L19 7.500",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.500M12 7.500v.2",
  download: "M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14",
  close: "M6 6l12 12M18 6L6 18",
  previous: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  stack: "M4 8h12v12H4zM8 8V4h12v12h-4",
  live: "M12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM12 18.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM12 2.500v.1M12 21.500v.1M2.500 12h.1M21.500 12h.1M5.300 5.300h.1M18.700 18.700h.1M5.300 18.700h.1M18.700 5.300h.1",
  heart: "M12 20s-7.500-4.600-7.500-10A4.200 4.200 0 0 1 12 7.500 4.200 4.200 0 0 1 19.500 10c0 5.400-7.500 10-7.500 10z",
  "turn-left": "M5 9a8 8 0 1 1-.800 6M5 3.500V9h5.500",
  "turn-right": "M19 9a8 8 0 1 0 .800 6M19 3.500V9h-5.500",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  zoom: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM20 20l-4.800-4.800M7.500 10.500h6M10.500 7.500v6",
};

/**
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** @param {keyof typeof SHAPES} name @returns {SVGElement} */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}
