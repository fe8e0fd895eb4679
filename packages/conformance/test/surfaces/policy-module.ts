import { fileURLToPath } from "node:url";
import { bundleText } from "../../../../test/support/bundle.js";
import type { Policy } from "./policy.js";

const OUT = fileURLToPath(new URL("../../node_modules/.cache/surfaces", import.meta.url));
const POLICY = fileURLToPath(new URL("policy.ts", import.meta.url));

let bundled: Promise<string> | undefined;

/** The files of `policy.mjs`, which exports the guard of a policy, for hosts that are processes of their own. */
export async function policyFiles(policy: Policy): Promise<Readonly<Record<string, string>>> {
  bundled ??= bundleText(POLICY, OUT);
  return {
    "suite.mjs": await bundled,
    "policy.mjs": `import { guardOf } from "./suite.mjs";\nexport const guard = guardOf(${JSON.stringify(policy)});\n`,
  };
}
