import { type Node, type Pattern, partsOf } from "@fromguard/pattern";

/** Texts of which each subject that a pattern matches has one at its start or end: octets, in small letters. */
export interface RequiredLiterals {
  readonly at: "start" | "end";
  readonly texts: readonly string[];
  /** Whether a subject that has one of them matches. */
  readonly suffices: boolean;
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
    const edges = new Edge(at).fast(pattern.root, pattern.anchored);
    if (edges === undefined || edges.texts.includes("")) return [];
    const suffices = edges.whole && edges.exact && !(pattern.anchored && at === "end");
    return [{ at, texts: [...new Set(edges.texts)], suffices }];
  });
  return choices.sort((a, b) => shortest(b) - shortest(a))[0];
}

function shortest({ texts }: RequiredLiterals): number {
  return Math.min(...texts.map((text) => text.length));
}

function isOpaque(node: Node): boolean {
  return node.type === "verb" || node.type === "unsupported" || partsOf(node).some(isOpaque);
}

interface Edges {
  /** What the matches of a node begin or end with. */
  readonly texts: readonly string[];
  /** Whether that is all of each match. */
  readonly whole: boolean;
  /** Whether such a text matches wherever it stands, in either case. */
  readonly exact: boolean;
}

const UNKNOWN: Edges = { texts: [""], whole: false, exact: false };
const EMPTY: Edges = { texts: [""], whole: true, exact: true };

/** Reads a tree from one of its ends. */
class Edge {
  constructor(private readonly at: "start" | "end") {}

  /** What every subject has at this end, or undefined where a match may begin or end elsewhere. */
  fast(node: Node, anchored: boolean): Edges | undefined {
    if (anchored && this.at === "start") return this.of(node);
    switch (node.type) {
      case "capture":
        return this.fast(node.body, false);
      case "atomic":
        return inexact(this.fast(node.body, false));
      case "alternatives": {
        const each = node.items.map((item) => this.fast(item, false));
        return each.includes(undefined) ? undefined : anyOf(each.flatMap((edges) => edges ?? []));
      }
      case "sequence": {
        const [outer, ...inner] = this.inward(node.items);
        if (outer === undefined) return undefined;
        return this.isFast(outer) ? this.ofSequence(inner) : inexact(this.fast(outer, false));
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
        if (text === undefined) return UNKNOWN;
        // Beyond ASCII, capitals are other octets, not other cases.
        return { texts: [text], whole: true, exact: text < "\x80" && (node.set.length > 1 || !/[a-z]/.test(text)) };
      }
      case "sequence":
        return this.ofSequence(this.inward(node.items));
      case "alternatives": {
        const edges = anyOf(node.items.map((item) => this.of(item)));
        return edges.texts.length > MAX_TEXTS ? UNKNOWN : edges;
      }
      case "capture":
        return this.of(node.body);
      case "atomic":
        return inexact(this.of(node.body)) ?? UNKNOWN;
      case "repeat":
        if (node.min === 0) return node.max === 0 ? EMPTY : UNKNOWN;
        return node.max === 1 ? this.of(node.body) : { ...this.of(node.body), whole: false };
      case "assertion":
      case "look":
      case "keep":
        return { ...EMPTY, exact: false };
      default:
        return UNKNOWN;
    }
  }

  private ofSequence(inward: readonly Node[]): Edges {
    let texts: readonly string[] = [""];
    let exact = true;
    for (const item of inward) {
      const next = this.of(item);
      if (texts.length * next.texts.length > MAX_TEXTS) return { texts, whole: false, exact: false };
      const join = (outer: string, inner: string) => (this.at === "start" ? outer + inner : inner + outer);
      // Nearly always one and one.
      if (texts.length === 1 && next.texts.length === 1) texts = [join(texts[0]!, next.texts[0]!)];
      else texts = texts.flatMap((outer) => next.texts.map((inner) => join(outer, inner)));
      exact &&= next.exact;
      if (!next.whole) return { texts, whole: false, exact: false };
    }
    return { texts, whole: true, exact };
  }
}

function anyOf(each: readonly Edges[]): Edges {
  return {
    texts: each.flatMap(({ texts }) => texts),
    whole: each.every(({ whole }) => whole),
    exact: each.every(({ exact }) => exact),
  };
}

function inexact(edges: Edges | undefined): Edges | undefined {
  return edges && { ...edges, exact: false };
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
