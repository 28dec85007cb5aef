/**
 * Draws the placeholder of an item: the ThumbHash format (https://evanw.github.io/thumbhash/), some 25 bytes of
 * colours and low frequencies, as indexer/derivatives/thumbhash.py writes them.
 */

const LONGEST_PX = 16; // stretched over a tile by the browser, which blurs it well
const SATURATION = 1.25; // the coarse steps of colour lose some of it

/** @typedef {{width: number, height: number, pixels: Uint8ClampedArray}} Picture */

/** A small canvas that shows a hash; null for no hash or a broken one. @param {?string | undefined} hash @returns {?HTMLCanvasElement} */
export function blurOf(hash) {
  const picture = hash ? decode(hash) : null;
  if (!picture) return null;
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")?.putImageData(new ImageData(picture.pixels, picture.width, picture.height), 0, 0);
  return canvas;
}

/** RGBA pixels of a hash in base64; null if it is broken. @param {string} hash @returns {?Picture} */
export function decode(hash) {
  const bytes = bytesOf(hash);
  if (!bytes || bytes.length < 5) return null;
  const first = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
  const second = bytes[3] | (bytes[4] << 8);
  const hasAlpha = first >> 23 === 1;
  const isLandscape = second >> 15 === 1;
  const longer = hasAlpha ? 5 : 7;
  const [across, down] = isLandscape ? [longer, second & 7] : [second & 7, longer];
  const levels = nibbles(bytes, hasAlpha ? 6 : 5);
  const light = channel(levels, (first & 63) / 63, ((first >> 18) & 31) / 31, Math.max(3, across), Math.max(3, down));
  const yellow = channel(levels, ((first >> 6) & 63) / 31.5 - 1, (((second >> 3) & 63) / 63) * SATURATION, 3, 3);
  const red = channel(levels, ((first >> 12) & 63) / 31.5 - 1, (((second >> 9) & 63) / 63) * SATURATION, 3, 3);
  const alpha = hasAlpha ? channel(levels, (bytes[5] & 15) / 15, (bytes[5] >> 4) / 15, 5, 5) : null;
  const scale = LONGEST_PX / Math.max(across, down);
  const width = Math.max(1, Math.round(across * scale));
  const height = Math.max(1, Math.round(down * scale));
  return { width, height, pixels: paint(width, height, { light, yellow, red, alpha }) };
}

/** @param {string} hash @returns {?Uint8Array} */
function bytesOf(hash) {
  try {
    return Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Four bits at a time, low ones first; zeros behind the end of a hash that was cut. @param {Uint8Array} bytes @param {number} start */
function* nibbles(bytes, start) {
  for (let at = start; ; at += 1) {
    yield (bytes[at] ?? 0) & 15;
    yield (bytes[at] ?? 0) >> 4;
  }
}

/**
 * The frequencies of one plane, each with its numbers of half waves across and down.
 * @param {Generator<number>} levels @param {number} mean @param {number} scale @param {number} across @param {number} down
 */
function channel(levels, mean, scale, across, down) {
  const waves = [{ x: 0, y: 0, value: mean }];
  for (let y = 0; y < down; y += 1) {
    for (let x = y ? 0 : 1; x * down < across * (down - y); x += 1) {
      waves.push({ x, y, value: (levels.next().value / 7.5 - 1) * scale });
    }
  }
  return waves;
}

/** @typedef {{x: number, y: number, value: number}[]} Waves */

/** @param {number} width @param {number} height @param {{light: Waves, yellow: Waves, red: Waves, alpha: ?Waves}} planes */
function paint(width, height, planes) {
  const columns = cosines(width);
  const rows = cosines(height);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    const column = columns[at % width];
    const row = rows[Math.floor(at / width)];
    const [light, yellow, redness] = [planes.light, planes.yellow, planes.red].map((waves) => sum(waves, column, row));
    const blue = light - (2 / 3) * yellow;
    const red = (3 * light - blue + redness) / 2;
    const alpha = planes.alpha ? sum(planes.alpha, column, row) : 1;
    pixels.set([red, red - redness, blue, alpha].map((value) => Math.max(0, Math.min(1, value)) * 255), at * 4);
  }
  return pixels;
}

/** @param {Waves} waves @param {number[]} column @param {number[]} row */
function sum(waves, column, row) {
  let total = waves[0].value;
  for (let at = 1; at < waves.length; at += 1) {
    total += 2 * waves[at].value * column[waves[at].x] * row[waves[at].y];
  }
  return total;
}

/** cos(pi * place * wave) for each place of a side and each wave. @param {number} length @returns {number[][]} */
function cosines(length) {
  const places = Array.from({ length }, (_, place) => (place + 0.5) / length);
  return places.map((place) => Array.from({ length: 7 }, (_, wave) => Math.cos(Math.PI * place * wave)));
}
