import type { SurfaceKind } from "./surface.js";
import { EDITS, FACTS } from "./transactions.js";

const INTRODUCTION = `# Where a policy runs, and what it sees there

The same policy decides the same wherever the facts that it needs are there. This page says where they are not. It is written by
\`npx pnpm@10.34.9 --filter ./packages/conformance run surfaces\` from what each surface of \`packages/conformance/test/surfaces\` says of
itself; the suite there plays the corpus of header originators, honest and forged, senders of every kind, each failure that a rule can meet,
each edit and each fact through every surface, and holds it to that. A policy with a rule that could never run somewhere is refused there at start.
`;

/** The page `docs/surfaces.md`. */
export function surfacesPage(kinds: readonly SurfaceKind[]): string {
  const parts = [
    INTRODUCTION,
    "## Facts\n",
    table(
      ["surface", ...FACTS.map((fact) => `\`${fact}\``)],
      kinds.map(({ name, sees }) => [name, ...FACTS.map((fact) => (sees.includes(fact) ? "yes" : "no"))]),
    ),
    "## Codes that are not seen\n",
    "What these stand for is lost before the message comes here. Every surface without `headers` sees no code of the header at all.\n",
    table(
      ["surface", "codes", "the host itself answers"],
      kinds.map(({ name, blindTo, hostsOwn = [] }) => [name, list(blindTo), list(hostsOwn)]),
    ),
    "## Refusals\n",
    "What is answered where ann sends as bob, and where a rule throws. A time-out, a source that is down and a limit that was met look like the second.\n",
    table(
      ["surface", "a sender that is not owned", "no decision"],
      kinds.map(({ name, refusal, deferral }) => [name, refusal, deferral]),
    ),
    "## Edits\n",
    "Over an edit that a surface cannot make, the message is deferred. The library and `/v1/check` hand all edits to the caller.\n",
    table(
      ["surface", ...EDITS.map(({ kind }) => `\`${kind}\``)],
      kinds.map(({ name, edits }) => [name, ...EDITS.map(({ kind }) => (edits.includes(kind) ? "yes" : "no"))]),
    ),
  ];
  return parts.join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function list(words: readonly string[]): string {
  return words.length === 0 ? "none" : words.map((word) => `\`${word}\``).join(", ");
}
