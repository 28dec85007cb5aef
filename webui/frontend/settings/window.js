/**
 * The longest gap within a burst as places on a slider: fine steps where a tenth of a second matters, coarse
 * ones where it does not. Pure.
 */
export const STEPS_S = [0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 7, 10];

/** The place nearest to this many seconds. @param {number} seconds */
export function placeOf(seconds) {
  const distances = STEPS_S.map((step) => Math.abs(Math.log(step / seconds)));
  return distances.indexOf(Math.min(...distances));
}

/** @param {number} seconds */
export const words = (seconds) => `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
