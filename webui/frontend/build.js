/**
 * The frontend build: bundles app.js with what it imports into webui/static/dist, and puts the licence
 * texts of the bundled packages beside it. `npm run build`, or `npm run watch` while working on it.
 */
import { readFile, writeFile, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = new URL("../../", import.meta.url);
const dist = new URL("webui/static/dist/", root);

/** Every bundled package with its licence, as the licences ask for. */
async function licenceTexts() {
  const { dependencies } = JSON.parse(await readFile(new URL("package.json", root), "utf8"));
  const texts = Object.keys(dependencies).map(async (name) => {
    const text = await readFile(new URL(`node_modules/${name}/LICENSE`, root), "utf8");
    return `${name} ${dependencies[name]}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}

const options = {
  entryPoints: [fileURLToPath(new URL("webui/frontend/app.js", root))],
  outdir: fileURLToPath(dist),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "linked",
  logLevel: "info",
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await writeFile(new URL("LICENSES.txt", dist), await licenceTexts());
if (process.argv.includes("--watch")) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}
