import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Bundles the command line from its sources, so that a suite can run it as a process without a build; returns
 * the file. Each suite has a `name` and so a bundle of its own.
 */
export async function bundleCli(name: string): Promise<string> {
  const outDir = join(PACKAGE, "node_modules/.cache/fromguard-cli", name);
  await mkdir(outDir, { recursive: true });
  await build({
    config: false,
    entry: { cli: join(PACKAGE, "src/cli.ts") },
    outDir,
    format: ["esm"],
    target: "node20",
    silent: true,
    clean: false,
    noExternal: [/.*/],
    banner: { js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);' },
    esbuildOptions: (options) => {
      options.conditions = ["@fromguard/source"];
    },
  });
  return join(outDir, "cli.js");
}
