import type { EventEmitter } from "node:events";
import type { KnownFile } from "./corpus.js";
import { type Case, disagree, type KindName, messageOf, type Outcome } from "./kind.js";

/** How many cases of a kind agree. */
interface Tally {
  agree: number;
  total: number;
  /** Cases without an outcome. Stays 0: what cannot be checked disagrees. */
  skipped: number;
}

/** A case that came out otherwise than recorded. */
interface Disagreement {
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

/** How long one case may take, in milliseconds. */
export const CASE_DEADLINE_MS = 60_000;

const ANSWER = "an answer";
const STRAY_EVENTS = ["uncaughtException", "unhandledRejection"] as const;

/**
 * Runs every case of the files, one after the other. A case that throws, or does not answer in time, disagrees.
 *
 * @param strays tells of what was thrown where no caller could catch it: the process, except in tests
 */
export async function runCorpus(files: readonly KnownFile[], strays: EventEmitter = process): Promise<Report> {
  const kinds: Partial<Record<KindName, Tally>> = {};
  const notes: Partial<Record<KindName, Record<string, number>>> = {};
  const disagreements: Disagreement[] = [];
  for (const file of files) {
    const kind = file.kind.name;
    kinds[kind] ??= { agree: 0, total: 0, skipped: 0 };
    const tally = kinds[kind];
    for (const one of file.cases) {
      const outcome = await outcomeOf(one, strays);
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

/** The outcome of a case, whatever becomes of it: also where it throws on an event of its own, or never answers. */
async function outcomeOf(one: Case, strays: EventEmitter): Promise<Outcome> {
  let stop = () => {};
  const trouble = new Promise<Outcome>((resolve) => {
    const thrown = (error: unknown) => resolve(disagree(ANSWER, `threw behind its back: ${messageOf(error)}`));
    const timer = setTimeout(() => resolve(disagree(ANSWER, `none within ${CASE_DEADLINE_MS} ms`)), CASE_DEADLINE_MS);
    for (const event of STRAY_EVENTS) strays.on(event, thrown);
    stop = () => {
      clearTimeout(timer);
      for (const event of STRAY_EVENTS) strays.off(event, thrown);
    };
  });
  try {
    return await Promise.race([one.check(), trouble]);
  } catch (error) {
    return disagree(ANSWER, `threw: ${messageOf(error)}`);
  } finally {
    stop();
  }
}
