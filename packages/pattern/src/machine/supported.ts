import { refuseLeadingLook } from "../leading-look.js";
import { isNullable } from "../nullable.js";
import { isAnchored } from "../paths.js";
import { type Refusal, refuse } from "../refusal.js";
import { type Node, type Pattern, partsOf } from "../syntax.js";
import { nodesOf } from "./compile.js";
import { earlyNodes } from "./early.js";
import { newlineOf } from "./newline.js";

/** Says which construct of a pattern the machine cannot match as PCRE2 does; nothing where there is none. */
export function machineRefusalOf(pattern: Pattern): Refusal | undefined {
  const { root, settings } = pattern;
  const nodes = [...nodesOf(root)];
  for (const { name, at } of settings) if (name === "UCP") return refuse("unsupported", at, "(*UCP)");
  for (const node of nodes) {
    const what = unsupported(node, nodes);
    if (what !== undefined) return refuse("unsupported", "at" in node ? node.at : 0, what);
  }
  const what = unsupportedWhole(pattern, nodes);
  return what === undefined ? refuseLeadingLook(pattern) : refuse("unsupported", 0, what);
}

function unsupported(node: Node, all: readonly Node[]): string | undefined {
  switch (node.type) {
    case "unsupported":
      return node.what;
    case "verb":
      if (node.name === "SKIP" && node.argument !== "") return "(*SKIP:NAME)";
      return node.name === "ACCEPT" && all.some(({ type }) => type === "call") ? "(*ACCEPT) beside a call" : undefined;
    case "look":
      if (!(node.behind || !node.atomic) || ![...nodesOf(node.body)].some(isVerb("ACCEPT"))) return undefined;
      return `(*ACCEPT) in a ${node.behind ? "lookbehind" : "non-atomic lookaround"}`;
    case "repeat":
      // PCRE2 10.42 looks for where a match begins in the second alternative.
      return node.max === 0 && [...nodesOf(node.body)].some(({ type }) => type === "alternatives")
        ? "a group of alternatives repeated no times"
        : undefined;
    case "capture":
      // PCRE2 10.42 takes such an alternative to be no shorter than the first.
      return node.body.type === "alternatives" && node.body.items.slice(1).some((item) => refersOptionally(item, node.index))
        ? "an optional back reference in an alternative of its own group"
        : undefined;
    case "sequence":
      return node.items.some((item, i) => endsInRun(item) && isPassedAtomically(node.items.slice(i + 1)))
        ? "an atomic group that can be empty behind a repeat"
        : undefined;
    default:
      return undefined;
  }
}
