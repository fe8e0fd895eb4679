/** An option of a command. */
export interface Option {
  readonly type: "string" | "boolean";
  /** Whether it may stand several times. */
  readonly multiple?: boolean;
  /** What its value is called: `FILE`. */
  readonly value?: string;
  /** What its value is, for completion; default nothing that could be completed. */
  readonly completes?: Completes;
  /** What it does; wrapped where it is printed. */
  readonly help: string;
  /** The group that it is printed in; default the first. */
  readonly group?: string;
}

/** Files, or one of these words. */
export type Completes = "files" | readonly string[];

/** What a command is and takes: its help, its page of the manual, its completion and its reader are made of this. */
export interface Usage {
  /** For the list of commands. */
  readonly summary: string;
  /** One sentence. */
  readonly about: string;
  /** Each behind `fromguard`. */
  readonly synopsis: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  /** Headings of groups of options, in order. */
  readonly groups?: Readonly<Record<string, string>>;
  /** What the words are that are no options, for completion. */
  readonly operand?: Completes;
  /** More to know, each paragraph wrapped where it is printed; lines that begin with a blank are kept. */
  readonly notes?: readonly string[];
  readonly examples: readonly string[];
  /** What its exit codes mean beside those of every command. */
  readonly exitCodes?: string;
}
