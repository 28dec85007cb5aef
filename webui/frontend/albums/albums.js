/** The Albums page. */
import "../styles/timeline.css";
import "../styles/groups.css";
import "../styles/collections.css";
import { cardOf } from "../collections/card.js";
import { askLine } from "../dialogs.js";
import { Deeds } from "../groups/deeds.js";
import { Toasts } from "../toasts.js";
import { actionsOf } from "./actions.js";
import * as api from "./api.js";

const root = document.querySelector("#albums");
const list = root.querySelector("#all-albums");
const empty = root.querySelector("#empty");
const deeds = new Deeds(new Toasts(), update);

async function update() {
  const albums = await api.getAlbums();
  list.replaceChildren(...albums.map((album) => cardOf(album, `/albums/${album.id}`, actionsOf(album, deeds))));
  empty.hidden = albums.length > 0;
}

root.querySelector("#new-album").addEventListener("click", async () => {
  const title = await askLine("New album", { label: "Title", button: "Make album" });
  if (title) await deeds.carryOut(`The album ${title} is made. Choose photos on the timeline to fill it.`, () => api.makeAlbum(title, []));
});
update().catch((error) => deeds.toasts.say(error.message));
