import type { Node, Pattern } from "../src/index.js";

type Groups = readonly (string | undefined)[];
/** Goes on at a position with these groups; the end and groups of a match, or undefined. */
type Next = (at: number, groups: Groups) => Match | undefined;
interface Match {
  readonly end: number;
  readonly groups: Groups;
}

/**
 * A plain backtracking matcher over the tree, written for clearness: the reference of tests on short subjects. It knows
 * neither calls, conditions, verbs, nor characters of UTF-8.
 */
export function referenceMatch(pattern: Pattern, subject: string): (string | undefined)[] | null {
  const none: Groups = Array.from({ length: pattern.captureCount + 1 }, () => undefined);
  const starts = pattern.anchored ? [0] : Array.from({ length: subject.length + 1 }, (_, i) => i);
  for (const start of starts) {
    const match = run(pattern.root, subject, start, none, (end, groups) => ({ end, groups }));
    if (match !== undefined) return [subject.slice(start, match.end), ...match.groups.slice(1)];
  }
  return null;
}

function run(node: Node, subject: string, at: number, groups: Groups, next: Next): Match | undefined {
  switch (node.type) {
    case "set": {
      const byte = subject.charCodeAt(at);
      return node.set.some(([low, high]) => low <= byte && byte <= high) ? next(at + 1, groups) : undefined;
    }
    case "sequence":
      return node.items.reduceRight<Next>((following, item) => (i, g) => run(item, subject, i, g, following), next)(
        at,
        groups,
      );
    case "alternatives":
      for (const item of node.items) {
        const match = run(item, subject, at, groups, next);
        if (match !== undefined) return match;
      }
      return undefined;
    case "capture":
      return run(node.body, subject, at, groups, (end, inner) =>
        next(end, inner.with(node.index, subject.slice(at, end))),
      );
    case "repeat":
      return repeat(node, subject, at, groups, next, 0);
    case "assertion":
      return holds(node.kind, subject, at) ? next(at, groups) : undefined;
    case "look": {
      const starts = node.behind ? Array.from({ length: at + 1 }, (_, start) => start) : [at];
      let found: Match | undefined;
      for (const start of starts) {
        found ??= run(node.body, subject, start, groups, (end, inner) =>
          node.behind && end !== at ? undefined : { end, groups: inner },
        );
      }
      if ((found !== undefined) === node.negative) return undefined;
      return next(at, found?.groups ?? groups);
    }
    case "atomic": {
      const found = run(node.body, subject, at, groups, (end, inner) => ({ end, groups: inner }));
      return found && next(found.end, found.groups);
    }
    case "reference": {
      const taken = groups[Number(node.to)];
      return taken !== undefined && subject.startsWith(taken, at) ? next(at + taken.length, groups) : undefined;
    }
    default:
      throw new TypeError(`no reference for ${node.type}`);
  }
}

function repeat(
  node: Node & { readonly type: "repeat" },
  subject: string,
  at: number,
  groups: Groups,
  next: Next,
  turns: number,
): Match | undefined {
  if (node.mode === "possessive" && turns === 0) {
    const greedy = { ...node, mode: "greedy" } as const;
    const found = repeat(greedy, subject, at, groups, (end, inner) => ({ end, groups: inner }), 0);
    return found && next(found.end, found.groups);
  }
  const max = node.body.type === "look" && node.max === Number.POSITIVE_INFINITY ? node.min + 1 : node.max;
  const again = (): Match | undefined => {
    if (turns >= max) return undefined;
    return run(node.body, subject, at, groups, (end, inner) => {
      // A turn of an unlimited repeat that takes nothing is the last.
      const isLast = end === at && max === Number.POSITIVE_INFINITY && turns + 1 >= node.min;
      return isLast ? next(end, inner) : repeat(node, subject, end, inner, next, turns + 1);
    });
  };
  if (turns < node.min) return again();
  return node.mode === "lazy" ? (next(at, groups) ?? again()) : (again() ?? next(at, groups));
}

function holds(kind: string, subject: string, at: number): boolean {
  const atEnd = at === subject.length;
  const isWord = (i: number): boolean => /[A-Za-z0-9_]/.test(subject[i] ?? "");
  switch (kind) {
    case "start":
      return at === 0;
    case "end":
      return atEnd;
    case "dollar":
      return atEnd || (at === subject.length - 1 && subject[at] === "\n");
    case "line-start":
      return at === 0 || (subject[at - 1] === "\n" && !atEnd);
    case "line-end":
      return atEnd || subject[at] === "\n";
    default:
      return (isWord(at - 1) !== isWord(at)) === (kind === "word-boundary");
  }
}
