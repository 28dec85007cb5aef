/** Which tile stands for an item: its own, its shot's cover, or its burst's cover. */
import { getGroup } from "./api.js";

/**
 * The items whose tile may stand for this one, the nearest first.
 * @param {import("../api.js").Item} item @returns {AsyncGenerator<import("../api.js").Item>}
 */
export async function* coversOf(item) {
  yield item;
  yield coverOf(await getGroup("shots", item.shot_id));
  if (item.burst) yield coverOf(await getGroup("bursts", item.burst.id));
}

/** @param {import("./api.js").Group} group */
const coverOf = (group) => group.members.find(({ id }) => id === group.cover);
