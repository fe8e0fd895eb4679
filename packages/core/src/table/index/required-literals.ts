import { type Node, type Pattern, partsOf } from "@fromguard/pattern";

/** Texts of which each subject that a pattern matches has one at its start or end: octets, in small letters. */
export interface RequiredLiterals {
  readonly at: "start" | "end";
  readonly texts: readonly string[];
}

/** Texts that are followed for one pattern; with more, the shorter ends on which they agree. */
const MAX_TEXTS = 32;

/**
 * Says which literal text every match of a pattern begins or ends with, where the pattern is held fast there.
 *
 * Only necessary: case is dropped, and what stands between is not looked at. Undefined where nothing is certain. Holds for
 * subjects without a newline.
 */
export function requiredLiterals(pattern: Pattern): RequiredLiterals | undefined {
  // Settings change what case and line ends are; a verb such as (*ACCEPT) ends a match before its end.
  if (pattern.settings.length > 0 || isOpaque(pattern.root)) return undefined;
  const choices = (["end", "start"] as const).flatMap((at) => {
    const texts = new Edge(at).fastTexts(pattern.root, pattern.anchored);
    return texts === undefined || texts.includes("") ? [] : [{ at, texts: [...new Set(texts)] }];
  });
  return choices.sort((a, b) => shortest(b) - shortest(a))[0];
}

function shortest({ texts }: RequiredLiterals): number {
  return Math.min(...texts.map((text) => text.length));
}

function isOpaque(node: Node): boolean {
  return node.type === "verb" || node.type === "unsupported" || partsOf(node).some(isOpaque);
}

/** What the matches of a node begin or end with; `whole` where that is all of them. */
interface Edges {
  readonly texts: readonly string[];
  readonly whole: boolean;
}

const UNKNOWN: Edges = { texts: [""], whole: false };
const EMPTY: Edges = { texts: [""], whole: true };

/** Reads a tree from one of its ends. */
class Edge {
  constructor(private readonly at: "start" | "end") {}

  /** The texts at this end of every subject, or undefined where a match may begin or end elsewhere. */
  fastTexts(node: Node, anchored: boolean): readonly string[] | undefined {
    if (anchored && this.at === "start") return this.of(node).texts;
    switch (node.type) {
      case "capture":
      case "atomic":
        return this.fastTexts(node.body, false);
      case "alternatives": {
        const each = node.items.map((item) => this.fastTexts(item, false));
        return each.includes(undefined) ? undefined : each.flatMap((texts) => texts ?? []);
      }
      case "sequence": {
        const [outer, ...inner] = this.inward(node.items);
        if (outer === undefined) return undefined;
        return this.isFast(outer) ? this.ofSequence(inner).texts : this.fastTexts(outer, false);
      }
      default:
        return undefined;
    }
  }

  private isFast(node: Node): boolean {
    if (node.type !== "assertion") return false;
    return this.at === "start" ? node.kind === "start" : node.kind === "end" || node.kind === "dollar";
  }

  private inward(items: readonly Node[]): readonly Node[] {
    return this.at === "start" ? items : [...items].reverse();
  }

  private of(node: Node): Edges {
    switch (node.type) {
      case "set": {
        const text = letterOf(node.set);
        return text === undefined ? UNKNOWN : { texts: [text], whole: true };
      }
      case "sequence":
        return this.ofSequence(this.inward(node.items));
      case "alternatives": {
        const each = node.items.map((item) => this.of(item));
        const texts = each.flatMap((edges) => edges.texts);
        if (texts.length > MAX_TEXTS) return UNKNOWN;
        return { texts, whole: each.every(({ whole }) => whole) };
      }
      case "capture":
      case "atomic":
        return this.of(node.body);
      case "repeat":
        if (node.min === 0) return node.max === 0 ? EMPTY : UNKNOWN;
        return node.max === 1 ? this.of(node.body) : { ...this.of(node.body), whole: false };
      case "assertion":
      case "look":
      case "keep":
        return EMPTY;
      default:
        return UNKNOWN;
    }
  }

  private ofSequence(inward: readonly Node[]): Edges {
    let texts: readonly string[] = [""];
    for (const item of inward) {
      const next = this.of(item);
      if (texts.length * next.texts.length > MAX_TEXTS) return { texts, whole: false };
      texts = texts.flatMap((outer) =>
        next.texts.map((inner) => (this.at === "start" ? outer + inner : inner + outer)),
      );
      if (!next.whole) return { texts, whole: false };
    }
    return { texts, whole: true };
  }
}

/** The octet of a set of one, or the small letter of a set of its two cases. */
export function letterOf(set: readonly (readonly [number, number])[]): string | undefined {
  const [first, second, third] = set;
  if (first === undefined || first[0] !== first[1] || third !== undefined) return undefined;
  const text = String.fromCharCode(first[0]).toLowerCase();
  if (second === undefined) return text;
  const isOtherCase = second[0] === second[1] && String.fromCharCode(second[0]).toLowerCase() === text;
  return isOtherCase ? text : undefined;
}
