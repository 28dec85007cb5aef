/** What moves in a picture: the clip of a Motion Photo, or of the film in a Live Photo; or of a film itself. */
import { mediaAddress } from "../api.js";
import { getGroup } from "./api.js";

/**
 * How to find the clip, which may need a question.
 * @param {import("../api.js").Item} item @returns {?() => Promise<?string>} null for what does not move
 */
export function clipOf(item) {
  if (item.kind === "video" || item.motion) return async () => mediaAddress(item, "clip");
  if (item.shot?.kind !== "live") return null;
  return async () => {
    const film = (await getGroup("shots", item.shot_id)).members.find(({ kind }) => kind === "video");
    return film ? mediaAddress(film, "clip") : null;
  };
}
