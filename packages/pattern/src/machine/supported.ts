import { refuseLeadingLook } from "../leading-look.js";
import { isNullable } from "../nullable.js";
import { isAnchored } from "../paths.js";
import { type Refusal, refuse } from "../refusal.js";
import { type Node, type Pattern, partsOf } from "../syntax.js";
import { callsItself, earlyNodes } from "./early.js";
import { newlineOf } from "./newline.js";
import { nodesOf } from "./nodes.js";

/** Says which construct of a pattern the machine cannot match as PCRE2 does; nothing where there is none. */
export function machineRefusalOf(pattern: Pattern): Refusal | undefined {
  const { settings } = pattern;
  const nodes = [...nodesOf(pattern.root)];
  const ucp = settings.find(({ name }) => name === "UCP");
  if (ucp !== undefined) return refuse("unsupported", ucp.at, "(*UCP)");
  let afterRun = false;
  for (const node of nodes) {
    const what = unsupported(node, nodes) ?? (afterRun ? unsupportedAfterRun(node) : undefined);
    if (what !== undefined) return refuse("unsupported", "at" in node ? node.at : 0, what);
    afterRun ||= node.type === "repeat" && node.body.type === "set";
  }
  const what = unsupportedTogether(pattern, nodes);
  return what === undefined ? refuseLeadingLook(pattern) : refuse("unsupported", 0, what);
}

function unsupported(node: Node, all: readonly Node[]): string | undefined {
  switch (node.type) {
    case "unsupported":
      return node.what;
    case "verb":
      if (node.name === "SKIP" && node.argument !== "") return "(*SKIP:NAME)";
      return isAccept(node) && all.some(({ type }) => type === "call") ? "(*ACCEPT) beside a call" : undefined;
    case "look": {
      const inside = [...nodesOf(node.body)];
      if (!node.atomic && inside.some(({ type }) => type === "verb")) return "a verb in a non-atomic lookaround";
      return node.behind && inside.some(isAccept) ? "(*ACCEPT) in a lookbehind" : undefined;
    }
    case "capture":
      // PCRE2 10.42 takes such an alternative to be as long as the first.
      if (node.body.type !== "alternatives" || !node.body.items.slice(1).some(refersOptionally)) return undefined;
      return "an optional back reference in an alternative of a group";
    default:
      return undefined;
  }
}

function isAccept(node: Node): boolean {
  return node.type === "verb" && node.name === "ACCEPT";
}

function refersOptionally(node: Node): boolean {
  if (node.type === "sequence") return node.items.some(refersOptionally);
  return node.type === "repeat" && node.min === 0 && node.body.type === "reference";
}

/** PCRE2 10.42 takes a repeat before such a group to be possessive. */
function unsupportedAfterRun(node: Node): string | undefined {
  const isAtomic =
    node.type === "atomic" ||
    (node.type === "repeat" &&
      node.mode === "possessive" &&
      Number.isFinite(node.max) &&
      partsOf(node.body).length > 0);
  return isAtomic && isNullable(node) ? "an atomic group that can be empty behind a repeat" : undefined;
}

function unsupportedTogether(
  { root, anchored, settings, namesLineEnd, ...pattern }: Pattern,
  nodes: readonly Node[],
): string | undefined {
  const newline = newlineOf(settings);
  const early = earlyNodes(root);
  const isAnywhere = !anchored && !isAnchored(root);
  // PCRE2 searches for what a match begins with before it begins to match, and begins at the start or behind newlines
  // only where a pattern begins with a run.
  if (early.some((node) => isAccept(node) || (isAnywhere && node.type === "verb" && node.name === "COMMIT"))) {
    return "(*ACCEPT) or (*COMMIT) before the first octet";
  }
  const thens = nodes.filter((node) => node.type === "verb" && node.name === "THEN");
  if (thens.length > 0 && isAnywhere && early.some(isLongRun)) return "(*THEN) behind a leading repeat";
  const isApart = (node: Node): boolean => {
    if (node.type !== "look" || node.negative) return false;
    const inside = [...nodesOf(node.body)];
    return thens.some((then) => !inside.includes(then));
  };
  if (nodes.some(isApart)) return "(*THEN) beside a lookaround";
  const hasHalf = nodes.some(isHalfCondition);
  const behind = nodes.flatMap((node) => (node.type === "look" && node.behind ? [...nodesOf(node.body)] : []));
  if (behind.some((node) => isHalfCondition(node) || (hasHalf && node.type === "call"))) {
    return "a condition without an alternative in a lookbehind";
  }
  // PCRE2 10.42 may not find the group.
  if (anchored && behind.some(({ type }) => type === "reference" || type === "call")) {
    return "a reference in a lookbehind of an anchored pattern";
  }
  if (isAnywhere && newline.startsWith("ANY") && namesLineEnd) return "a CR or LF by name with (*ANY) or (*ANYCRLF)";
  // PCRE2 10.42 takes what . and \R match to be apart.
  const repeated = nodes.filter(
    (node) => node.type === "repeat" && node.mode !== "possessive" && node.min !== node.max,
  );
  if (nodes.some(({ type }) => type === "newline-sequence") && repeated.some(isRunAtNewlines))
    return "\\R beside a repeat";
  return callsItself(root, pattern.names) ? "a call that can come back to its group without an octet" : undefined;
}

function isHalfCondition(node: Node): boolean {
  return node.type === "condition" && node.no === undefined && node.test.kind !== "define";
}

function isLongRun(node: Node): boolean {
  return node.type === "repeat" && node.max === Number.POSITIVE_INFINITY;
}

/** Whether a repeat is one of \R or of nearly every octet. */
function isRunAtNewlines(node: Node): boolean {
  if (node.type !== "repeat") return false;
  const { body } = node;
  if (body.type !== "set") return body.type !== "capture" && body.type !== "alternatives";
  const octets = body.set.reduce((sum, [low, high]) => sum + high - low + 1, 0);
  return octets > 248 && octets < 256;
}
