/** The corpora that this runner knows: one kind for each format. */
export type KindName = "postfix-tables" | "postfix-smtpd" | "header-from" | "milter" | "milter-malformed";

/** One JSON file of a corpus. */
export interface CorpusFile {
  /** As found below the path that was asked for. */
  readonly path: string;
  readonly json: unknown;
}

/** What came of one case. `note` names something that agrees by a rule worth counting: the report adds them up. */
export type Outcome =
  | { readonly agrees: true; readonly note?: string }
  | { readonly agrees: false; readonly expected: string; readonly got: string };

/** One unit of agreement: a query, a decision, a message, a session file. */
export interface Case {
  /** Names the case within its file. */
  readonly name: string;
  /** May throw: that is a disagreement, never the end of the run. */
  check(): Outcome | Promise<Outcome>;
}

/** One format of corpus file: how it is told from others, and what its cases are. */
export interface Kind {
  readonly name: KindName;
  /** Tells by the content alone. */
  recognise(json: unknown): boolean;
  /** The cases of a file that {@link recognise} took; reads, but checks nothing yet. */
  cases(file: CorpusFile): readonly Case[];
}

/** The case agrees. */
export function agree(note?: string): Outcome {
  return note === undefined ? { agrees: true } : { agrees: true, note };
}

/** The case does not agree; both texts go to the report, shortened where long. */
export function disagree(expected: string, got: string): Outcome {
  return { agrees: false, expected, got };
}

/** What a case of something that the packages cannot do counts as: a disagreement, never a skip. */
export function notSupported(expected: string, what: string): Outcome {
  return disagree(expected, `not supported yet: ${what}`);
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** Whether JSON is an object, and which of its own keys are there with a value that the test accepts. */
export function isRecord(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
