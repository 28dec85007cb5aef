/**
 * All items in a row, as the viewer walks through them: a number for each place (day, index within the
 * day), and back. Pure.
 */
export class Sequence {
  /** @param {import("../api.js").Day[]} days */
  constructor(days) {
    this.days = days;
    this.starts = [];
    this.total = 0;
    for (const { count } of days) {
      this.starts.push(this.total);
      this.total += count;
    }
  }

  /** @param {number} number @returns {{day: string, index: number}} */
  placeOf(number) {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= number) low = middle;
      else high = middle - 1;
    }
    return { day: this.days[low].day, index: number - this.starts[low] };
  }

  /** @param {string} day @param {number} index @returns {number} -1 when there is no such place */
  numberOf(day, index) {
    const at = this.days.findIndex((one) => one.day === day);
    return at >= 0 && index >= 0 && index < this.days[at].count ? this.starts[at] + index : -1;
  }
}
