import { textOf } from "../bytes.js";
import type { Captures, Pattern } from "../syntax.js";
import { compileProgram } from "./compile.js";
import type { Program } from "./program.js";
import { lastGroup, type Run, runProgram } from "./run.js";

/** The machine for one pattern. Compiles it when it is first used. */
export class Machine {
  private compiled: Program | undefined;

  constructor(
    private readonly pattern: Pattern,
    private readonly maxSteps: number,
  ) {}

  get program(): Program {
    this.compiled ??= compileProgram(this.pattern);
    return this.compiled;
  }

  match(subject: string): Captures | null | "match-limit" {
    const { outcome, start, end } = this.run(subject);
    if (outcome !== "match") return outcome === "no-match" ? null : outcome;
    const captures: (string | undefined)[] = [subject.slice(start, end)];
    for (let index = 1; index <= this.program.captureCount; index += 1) {
      const group = lastGroup(index);
      captures.push(group === undefined ? undefined : subject.slice(...group));
    }
    return captures;
  }

  test(subject: string): boolean | "match-limit" {
    const { outcome } = this.run(subject);
    return outcome === "match-limit" ? outcome : outcome === "match";
  }

  /** Runs the pattern: see {@link Run}. PCRE2 matches nothing in what is not UTF-8, where it was asked for UTF-8. */
  run(subject: string): Run {
    const { program } = this;
    if (program.utf && textOf(subject) === undefined) return { outcome: "no-match", start: -1, end: -1, steps: 0 };
    return runProgram(program, subject, this.maxSteps);
  }
}
