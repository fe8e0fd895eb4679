import { refuseLeadingLook } from "../leading-look.js";
import { isAnchored } from "../paths.js";
import { type Refusal, refuse } from "../refusal.js";
import type { Node, Pattern } from "../syntax.js";
import { nodesOf } from "./compile.js";
import { commitsUnsurely } from "./leading-commit.js";

/** Says which construct of a pattern the machine cannot match as PCRE2 does; nothing where there is none. */
export function machineRefusalOf(pattern: Pattern): Refusal | undefined {
  for (const { name, at } of pattern.settings) {
    if (name === "UCP") return refuse("unsupported", at, "(*UCP)");
  }
  for (const node of nodesOf(pattern.root)) {
    if (node.type === "unsupported") return refuse("unsupported", node.at, node.what);
    if (node.type === "verb" && node.name === "SKIP" && node.argument !== "") {
      return refuse("unsupported", node.at, "(*SKIP:NAME)");
    }
    if (node.type === "look" && !node.atomic && [...nodesOf(node.body)].some(isAccept)) {
      return refuse("unsupported", node.at, "(*ACCEPT) in a non-atomic lookaround");
    }
  }
  if (!pattern.anchored && !isAnchored(pattern.root) && commitsUnsurely(pattern.root)) {
    return refuse("unsupported", 0, "(*COMMIT) in front of what may begin in several ways");
  }
  return refuseLeadingLook(pattern);
}

function isAccept(node: Node): boolean {
  return node.type === "verb" && node.name === "ACCEPT";
}
