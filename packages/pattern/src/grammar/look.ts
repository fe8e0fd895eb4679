import type { ErrorNumber } from "../messages.js";
import type { Node } from "../syntax.js";
import { alternatives, type GroupOptions, type Item, item, type ParseState } from "./state.js";

/** PCRE2's own limit of nested parentheses. */
const MAX_DEPTH = 250;

/** Names of `(*name:...)` groups, and the group of plain syntax that each is. */
const ALPHA_GROUPS: Readonly<Record<string, "=" | "!" | "<=" | "<!" | ">" | "*" | "<*" | "sr" | "asr">> = {
  pla: "=",
  positive_lookahead: "=",
  nla: "!",
  negative_lookahead: "!",
  plb: "<=",
  positive_lookbehind: "<=",
  nlb: "<!",
  negative_lookbehind: "<!",
  atomic: ">",
  napla: "*",
  non_atomic_positive_lookahead: "*",
  naplb: "<*",
  non_atomic_positive_lookbehind: "<*",
  sr: "sr",
  script_run: "sr",
  asr: "asr",
  atomic_script_run: "asr",
};

/** Reads a group's body and its closing parenthesis; options set in it end with it. */
export function readGroup(state: ParseState, options: GroupOptions = {}): Node {
  return alternatives(readGroupBranches(state, options));
}

/** The branches of {@link readGroup}. */
export function readGroupBranches(state: ParseState, options: GroupOptions = {}): readonly Node[] {
  const { cursor, flags } = state;
  if (state.depth >= MAX_DEPTH) cursor.fail(19);
  state.depth += 1;
  if (options.flags !== undefined) state.flags = options.flags;
  const branches = state.readBranches(state, options);
  state.flags = flags;
  state.depth -= 1;
  if (!cursor.take(")")) cursor.fail(14);
  return branches;
}

/** Reads a lookaround from its body on. */
export function readLook(state: ParseState, kind: string, at: number): Node & { readonly type: "look" } {
  state.lookDepth += 1;
  const body = readGroup(state);
  state.lookDepth -= 1;
  return {
    type: "look",
    behind: kind.startsWith("<"),
    negative: kind.endsWith("!"),
    atomic: !kind.endsWith("*"),
    body,
    at,
  };
}

/** The kind of group whose name stands at `*`: it and its colon are then behind. */
function readAlphaName(state: ParseState): string {
  const { cursor } = state;
  cursor.next();
  const name = cursor.takeMatch(/[A-Za-z0-9_]*/y);
  const kind = Object.hasOwn(ALPHA_GROUPS, name) ? ALPHA_GROUPS[name] : undefined;
  if (cursor.peek() !== ":" || kind === undefined) return cursor.fail(95);
  cursor.next();
  return kind;
}

/** Reads `(*name:...)`, from the `*` on. */
export function readAlphaGroup(state: ParseState, at: number): Item {
  const kind = readAlphaName(state);
  switch (kind) {
    case "sr":
    case "asr": {
      const body = readGroup(state);
      if (state.utf) return item({ type: "unsupported", what: "a script run", at });
      return item(kind === "sr" ? body : { type: "atomic", body, at });
    }
    case ">":
      return item({ type: "atomic", body: readGroup(state), at });
    default:
      return item(readLook(state, kind, kind.startsWith("<") ? lookbehindAt(state) : at));
  }
}

/** Reads `(*name:...)` as a condition: only atomic lookarounds may be one. */
export function readAlphaLook(state: ParseState): Node {
  const kind = readAlphaName(state);
  const fault: ErrorNumber | undefined = kind.endsWith("*") ? 98 : /^[<=!]/.test(kind) ? undefined : 28;
  if (fault !== undefined) state.cursor.fail(fault, state.cursor.position - 1);
  return readLook(state, kind, lookbehindAt(state));
}

/** Where PCRE2 reports a fault of a lookbehind whose name is behind. */
function lookbehindAt({ cursor }: ParseState): number {
  return cursor.position - 4;
}
