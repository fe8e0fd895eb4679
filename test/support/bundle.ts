import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "tsup";

/**
 * Bundles an entry with all that it imports from its sources, so that a suite can run it as a process without a build.
 *
 * @param external What is left to be found at run time. Default nothing
 */
export async function bundle(
  entry: Readonly<Record<string, string>>,
  outDir: string,
  external: readonly RegExp[] = [],
): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await build({
    config: false,
    entry: { ...entry },
    outDir,
    format: ["esm"],
    target: "node20",
    silent: true,
    clean: false,
    noExternal: external.length === 0 ? [/.*/] : [],
    external: [...external],
    banner: { js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);' },
    esbuildOptions: (options) => {
      options.conditions = ["@fromguard/source"];
    },
  });
}

/** The text of a module with all that it imports from its sources: a host that is a process of its own needs no path to find it. */
export async function bundleText(module: string, outDir: string): Promise<string> {
  await bundle({ bundled: module }, outDir);
  return readFile(join(outDir, "bundled.js"), "utf8");
}
