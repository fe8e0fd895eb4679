import { fileURLToPath } from "node:url";
import { bundle } from "../../../../test/support/bundle.js";
import type { Policy } from "./policy.js";

const OUT = fileURLToPath(new URL("../../node_modules/.cache/surfaces", import.meta.url));

let bundled: Promise<void> | undefined;

/** The text of a module that exports the guard of a policy, for hosts that are processes of their own. */
export async function policyModule(policy: Policy): Promise<string> {
  bundled ??= bundle({ policy: fileURLToPath(new URL("policy.ts", import.meta.url)) }, OUT);
  await bundled;
  return `import { guardOf } from ${JSON.stringify(`${OUT}/policy.js`)};\nexport const guard = guardOf(${JSON.stringify(policy)});\n`;
}
