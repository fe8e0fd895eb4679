import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../../../test/support/bundle.js";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Bundles the command line from its sources, so that a suite can run it as a process without a build; returns
 * the file. Each suite has a `name` and so a bundle of its own.
 */
export async function bundleCli(name: string): Promise<string> {
  const outDir = join(PACKAGE, "node_modules/.cache/fromguard-cli", name);
  await bundle({ cli: join(PACKAGE, "src/cli.ts") }, outDir);
  return join(outDir, "cli.js");
}
