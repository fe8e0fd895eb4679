import type { KnownFile } from "./corpus.js";
import { type Case, disagree, type KindName, messageOf, type Outcome } from "./kind.js";

/** How many cases of a kind agree. */
export interface Tally {
  agree: number;
  total: number;
  /** Cases without an outcome. Stays 0: what cannot be checked disagrees. */
  skipped: number;
}

/** A case that came out otherwise than recorded. */
export interface Disagreement {
  readonly kind: KindName;
  readonly file: string;
  readonly case: string;
  readonly expected: string;
  readonly got: string;
}

/** The outcome of a run, in the shape that `--json` prints, and the notes. */
export interface Report {
  readonly kinds: Readonly<Partial<Record<KindName, Readonly<Tally>>>>;
  readonly disagreements: readonly Disagreement[];
  /** How often each note of a kind was made. */
  readonly notes: Readonly<Partial<Record<KindName, Readonly<Record<string, number>>>>>;
}

/** Runs every case of the files, one after the other. A case that throws disagrees. */
export async function runCorpus(files: readonly KnownFile[]): Promise<Report> {
  const kinds: Partial<Record<KindName, Tally>> = {};
  const notes: Partial<Record<KindName, Record<string, number>>> = {};
  const disagreements: Disagreement[] = [];
  for (const file of files) {
    const kind = file.kind.name;
    kinds[kind] ??= { agree: 0, total: 0, skipped: 0 };
    const tally = kinds[kind];
    for (const one of file.cases) {
      const outcome = await outcomeOf(one);
      tally.total++;
      if (!outcome.agrees) {
        disagreements.push({
          kind,
          file: file.path,
          case: one.name,
          expected: outcome.expected,
          got: outcome.got,
        });
        continue;
      }
      tally.agree++;
      if (outcome.note === undefined) continue;
      notes[kind] ??= {};
      notes[kind][outcome.note] = (notes[kind][outcome.note] ?? 0) + 1;
    }
  }
  return { kinds, disagreements, notes };
}

async function outcomeOf(one: Case): Promise<Outcome> {
  try {
    return await one.check();
  } catch (error) {
    return disagree("an answer", `threw: ${messageOf(error)}`);
  }
}
