import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Packs every public package as it would be published; returns the tarballs. */
export async function packAll(into) {
  const isPublic = (name) =>
    JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")).private !== true;
  const names = readdirSync(join(root, "packages")).filter(isPublic);
  const filters = names.flatMap((name) => ["--filter", `./packages/${name}`]);
  await run("npx", ["--yes", "pnpm@10.34.9", "-r", ...filters, "pack", "--pack-destination", into], root);
  const tarballs = readdirSync(into).map((name) => join(into, name));
  if (tarballs.length !== names.length) throw new Error(`${names.length} packages, ${tarballs.length} tarballs`);
  return tarballs;
}

/** Makes an empty project, installs into it by npm, and puts the smoke tests beside. */
export async function installInto(project, wanted) {
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", ...wanted], project);
  cpSync(fileURLToPath(new URL("project", import.meta.url)), project, { recursive: true });
}

/** Installs for all users, as `npm install --global` does, below `prefix`. */
export function installGlobally(prefix, wanted) {
  return run("npm", ["install", "--global", "--prefix", prefix, "--no-audit", "--no-fund", ...wanted], root);
}
