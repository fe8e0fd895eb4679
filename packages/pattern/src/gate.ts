import { refuseLeadingLook } from "./leading-look.js";
import { isNullable } from "./nullable.js";
import { refuseAmbiguous } from "./paths.js";
import { type Refusal, refuse } from "./refusal.js";
import { type Node, type Pattern, partsOf } from "./syntax.js";

/** Settings that change how PCRE2 works, not what a pattern matches. */
const HARMLESS_SETTINGS = new Set([
  "NO_AUTO_POSSESS",
  "NO_DOTSTAR_ANCHOR",
  "NO_JIT",
  "NO_START_OPT",
  "LF",
  "LIMIT_MATCH",
  "LIMIT_DEPTH",
  "LIMIT_RECURSION",
  "LIMIT_HEAP",
]);

/**
 * Says why a pattern may not run as a JavaScript expression, or nothing where it may.
 *
 * Two things are proved on the tree: that the translation matches the same octets with the same captures, and that no
 * subject makes the engine try more than a constant number of ways for each octet.
 */
export function refusalOf(pattern: Pattern): Refusal | undefined {
  for (const { name, at } of pattern.settings) {
    if (!HARMLESS_SETTINGS.has(name)) return refuse("unsupported", at, `(*${name})`);
  }
  return refuseLeadingLook(pattern) ?? new Exactness().check(pattern) ?? refuseAmbiguous(pattern);
}

/** Where JavaScript and PCRE2 take the same pattern to mean different things. */
class Exactness {
  private captures = 0;

  check(pattern: Pattern): Refusal | undefined {
    return this.visit(pattern.root, false);
  }

  private visit(node: Node, inLook: boolean): Refusal | undefined {
    switch (node.type) {
      case "set":
      case "assertion":
        return undefined;
      case "capture":
        this.captures += 1;
        if (inLook) return refuse("unsupported", 0, "a group that captures in a lookaround");
        if (node.index !== this.captures) return refuse("unsupported", 0, "a branch reset (?|");
        break;
      case "repeat":
        return this.visit(node.body, inLook) ?? this.refuseRepeat(node);
      case "look":
        if (!node.atomic) return refuse("unsupported", node.at, "a non-atomic lookaround");
        return this.visit(node.body, true);
      case "atomic":
        return refuse("unsupported", node.at, "an atomic group");
      case "reference":
        return refuse("unsupported", node.at, "a back reference");
      case "call":
        return refuse("unsupported", node.at, "a recursion or subroutine call");
      case "condition":
        return refuse("unsupported", node.at, "a conditional group");
      case "keep":
        return refuse("unsupported", node.at, "\\K");
      case "newline-sequence":
        return refuse("unsupported", node.at, "\\R");
      case "verb":
        return refuse("unsupported", node.at, `(*${node.name})`);
      case "unsupported":
        return refuse("unsupported", node.at, node.what);
    }
    for (const part of partsOf(node)) {
      const refusal = this.visit(part, inLook);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  private refuseRepeat({ body, min, max, mode }: Node & { readonly type: "repeat" }): Refusal | undefined {
    if (mode === "possessive") return refuse("unsupported", 0, "a possessive quantifier");
    // JavaScript takes no empty turn of an optional item, PCRE2 does.
    if (isNullable(body) && !(min === max && max <= 1))
      return refuse("unsupported", 0, "a repeated item that can be empty");
    // JavaScript forgets the captures of the last turn, PCRE2 keeps them.
    if (max > 1 && hasOptionalCapture(body, false)) {
      return refuse("unsupported", 0, "a group that captures in some turns of a repeat");
    }
    return undefined;
  }
}

function hasOptionalCapture(node: Node, optional: boolean): boolean {
  if (node.type === "capture" && optional) return true;
  const inner = optional || node.type === "alternatives" || (node.type === "repeat" && node.min === 0);
  return partsOf(node).some((part) => hasOptionalCapture(part, inner));
}
