import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../../../test/support/bundle.js";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

let bundled: Promise<string> | undefined;

/**
 * Bundles the command line from its sources, so that a suite can run it as a process without a build; returns
 * the file. The suites of one process of the tests have one bundle, and no other process writes it.
 */
export function bundleCli(): Promise<string> {
  bundled ??= bundleTo(join(PACKAGE, "node_modules/.cache/fromguard-cli", process.env.VITEST_POOL_ID ?? ""));
  return bundled;
}

async function bundleTo(outDir: string): Promise<string> {
  await bundle({ cli: join(PACKAGE, "src/cli.ts") }, outDir);
  return join(outDir, "cli.js");
}
