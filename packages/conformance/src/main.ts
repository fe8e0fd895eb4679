import { type KnownFile, readCorpus } from "./corpus.js";
import { type Kind, messageOf } from "./kind.js";
import { formatNotes, formatReport, reportToJson } from "./report.js";
import { type Report, runCorpus } from "./run.js";

/** Exit codes beside 0, which means that all cases agree. */
export const EXIT = {
  /** A case disagrees or was skipped. */
  disagreement: 1,
  /** Called without a path, or with an unknown option. */
  usage: 64,
  /** JSON of no known kind, or a path that holds no case. */
  badCorpus: 65,
  /** A path that cannot be read. */
  noInput: 66,
} as const;

const USAGE = "usage: conformance [--json] PATH...";

/** Where a run writes: whole lines. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
}

/**
 * `conformance [--json] PATH...`: runs the corpora below the paths and reports.
 *
 * Standard output has the report alone; errors and, with `--json`, the notes go to standard error. Errors in a corpus do
 * not keep the rest of it from being run.
 *
 * @returns the exit code: 0 only where every case agrees, see {@link EXIT}
 */
export async function main(args: readonly string[], kinds: readonly Kind[], output: Output): Promise<number> {
  const json = args.includes("--json");
  const paths = args.filter((arg) => arg !== "--json");
  const unknown = paths.find((path) => path.startsWith("-"));
  if (paths.length === 0 || unknown !== undefined) {
    output.err(unknown === undefined ? USAGE : `unknown option ${unknown}; ${USAGE}`);
    return EXIT.usage;
  }
  const files: KnownFile[] = [];
  let exit: number = 0;
  for (const path of paths) {
    try {
      const corpus = await readCorpus(path, kinds);
      files.push(...corpus.files);
      for (const error of corpus.errors) output.err(error);
      if (corpus.errors.length > 0) exit = EXIT.badCorpus;
    } catch (error) {
      output.err(`${path}: cannot be read: ${messageOf(error)}`);
      return EXIT.noInput;
    }
  }
  const report = await runCorpus(files);
  print(report, json, output);
  return exit === 0 && !allAgree(report) ? EXIT.disagreement : exit;
}

function print(report: Report, json: boolean, output: Output): void {
  if (!json) for (const line of formatReport(report)) output.out(line);
  for (const line of formatNotes(report)) (json ? output.err : output.out)(line);
  if (json) output.out(reportToJson(report));
}

function allAgree({ kinds }: Report): boolean {
  return Object.values(kinds).every(({ agree, total, skipped }) => agree === total && skipped === 0);
}
