import { type ByteSet, hasByte } from "./byte-set.js";
import { isAnchored } from "./paths.js";
import type { Node, Pattern } from "./syntax.js";

/** A subject that a pattern may match. */
export interface Sample {
  /** Octets, as subjects are. */
  readonly subject: string;
  /** For each octet, whether the pattern spells it out: `l`, or takes it from a class: `.`. */
  readonly origin: string;
  /** Whether a match must begin where the subject does. */
  readonly anchored: boolean;
  /** Whether a match must end where the subject does, or before a final newline. */
  readonly closed: boolean;
  /** What each group took, by number; those that took no part are absent. */
  readonly captures: ReadonlyMap<number, string>;
}

/**
 * Writes subjects that a pattern may match, one for each of its top alternatives, for messages about it.
 *
 * Repeats are taken as few times as they can be, but the first that can take `fill` whole takes it. Lookarounds and
 * references are not looked at: try a sample before you trust it.
 */
export function sampleSubjects(pattern: Pattern, options: { readonly fill?: string } = {}): readonly Sample[] {
  const branches = pattern.root.type === "alternatives" ? pattern.root.items : [pattern.root];
  return branches.map((branch) => {
    const sampler = new Sampler(options.fill ?? "");
    const part = sampler.of(branch);
    return {
      ...part,
      anchored: pattern.anchored || isAnchored(branch),
      closed: isClosed(branch),
      captures: sampler.captures,
    };
  });
}

/** Turns of a counted repeat that a sample shows. */
const MAX_TURNS = 64;

type Part = Pick<Sample, "subject" | "origin">;

const NOTHING: Part = { subject: "", origin: "" };

class Sampler {
  readonly captures = new Map<number, string>();

  constructor(private fill: string) {}

  of(node: Node): Part {
    switch (node.type) {
      case "set":
        if (node.set.length === 0) return NOTHING;
        return { subject: choose(node.set), origin: isLiteral(node.set) ? "l" : "." };
      case "sequence":
        return this.ofAll(node.items);
      case "alternatives":
        return node.items[0] === undefined ? NOTHING : this.of(node.items[0]);
      case "capture": {
        const part = this.of(node.body);
        this.captures.set(node.index, part.subject);
        return part;
      }
      case "atomic":
        return this.of(node.body);
      case "repeat":
        return this.ofRepeat(node);
      default:
        return NOTHING;
    }
  }

  private ofAll(items: readonly Node[]): Part {
    let [subject, origin] = ["", ""];
    for (const item of items) {
      const part = this.of(item);
      subject += part.subject;
      origin += part.origin;
    }
    return { subject, origin };
  }

  private ofRepeat({ body, min, max }: Node & { readonly type: "repeat" }): Part {
    const { fill } = this;
    const takesFill =
      body.type === "set" &&
      fill !== "" &&
      min <= fill.length &&
      fill.length <= max &&
      Array.from(fill).every((char) => hasByte(body.set, char.charCodeAt(0)));
    if (takesFill) {
      this.fill = "";
      return { subject: fill, origin: ".".repeat(fill.length) };
    }
    return this.ofAll(Array.from({ length: Math.min(min, MAX_TURNS) }, () => body));
  }
}

function isClosed(node: Node): boolean {
  switch (node.type) {
    case "assertion":
      return node.kind === "end" || node.kind === "dollar";
    case "sequence": {
      const last = node.items.at(-1);
      return last !== undefined && isClosed(last);
    }
    case "alternatives":
      return node.items.every(isClosed);
    case "capture":
      return isClosed(node.body);
    default:
      return false;
  }
}

/** One octet, or the two cases of a letter. */
function isLiteral(set: ByteSet): boolean {
  const [first, second, ...more] = set;
  if (first === undefined || first[0] !== first[1] || more.length > 0) return false;
  return second === undefined || (second[0] === second[1] && second[0] === first[0] + 32);
}

const READABLE = Array.from("abcdefghijklmnopqrstuvwxyz0123456789", (char) => char.charCodeAt(0));

/** A small letter where the set has one, else something printable, else its first. */
function choose(set: ByteSet): string {
  return String.fromCharCode(isLiteral(set) ? (set.at(-1)?.[0] ?? 0) : readableOf(set));
}

function readableOf(set: ByteSet): number {
  const printable = set.find(([low, high]) => high > 32 && low < 127);
  const fallback = printable === undefined ? (set[0]?.[0] ?? 0) : Math.max(printable[0], 33);
  return READABLE.find((byte) => hasByte(set, byte)) ?? fallback;
}
