/**
 * The frontend build: bundles each page's script with what it imports into webui/static/dist, and puts the
 * licence texts of the bundled packages beside them. `npm run build`, or `npm run watch` while working on it.
 */
import { readdir, readFile, writeFile, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = new URL("../../", import.meta.url);
const dist = new URL("webui/static/dist/", root);

/** Every package of which something was bundled, with its licence, as the licences ask for. */
async function licenceTexts({ inputs }) {
  const folders = Object.keys(inputs).map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(file)?.[0]);
  const texts = [...new Set(folders)].filter(Boolean).sort().map(licenceText);
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}

async function licenceText(folder) {
  const { name, version } = JSON.parse(await readFile(new URL(`${folder}package.json`, root), "utf8"));
  const file = (await readdir(new URL(folder, root))).find((one) => /^licen[cs]e/i.test(one));
  const text = await readFile(new URL(folder + file, root), "utf8");
  return `${name} ${version}\n\n${text.trim()}\n`;
}

/** Writes the licences with each build, also while watching. */
const licences = {
  name: "licences",
  setup(build) {
    build.onEnd(async ({ metafile }) => {
      if (metafile) await writeFile(new URL("LICENSES.txt", dist), await licenceTexts(metafile));
    });
  },
};

const source = (name) => fileURLToPath(new URL(`webui/frontend/${name}`, root));

const options = {
  entryPoints: {
    app: source("app.js"),
    memories: source("memories/memories.js"),
    memory: source("memories/memory.js"),
    albums: source("albums/albums.js"),
    album: source("albums/album.js"),
    settings: source("settings/settings.js"),
    upload: source("upload/upload.js"),
    card: source("card/card.js"),
    "hash-worker": source("upload/hash-worker.js"),
  },
  absWorkingDir: fileURLToPath(root),
  outdir: fileURLToPath(dist),
  bundle: true,
  metafile: true,
  plugins: [licences],
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "linked",
  logLevel: "info",
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
if (process.argv.includes("--watch")) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}
