import { refuseLeadingLook } from "../leading-look.js";
import { type Refusal, refuse } from "../refusal.js";
import type { Pattern } from "../syntax.js";
import { nodesOf } from "./compile.js";

/** Says which construct of a pattern the machine cannot match as PCRE2 does; nothing where there is none. */
export function machineRefusalOf(pattern: Pattern): Refusal | undefined {
  for (const { name, at } of pattern.settings) {
    if (name === "UCP" || name === "UTF" || name === "UTF8") return refuse("unsupported", at, "(*UCP)");
  }
  for (const node of nodesOf(pattern.root)) {
    if (node.type === "unsupported") return refuse("unsupported", node.at, node.what);
    if (node.type === "verb" && node.name === "SKIP" && node.argument !== "") {
      return refuse("unsupported", node.at, "(*SKIP:NAME)");
    }
  }
  return refuseLeadingLook(pattern);
}
