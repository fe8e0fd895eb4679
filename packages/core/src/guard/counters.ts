/** What a guard has counted since it was made. In a staged transaction each stage is a decision. */
export interface GuardCounters {
  readonly accepted: number;
  readonly rejected: number;
  readonly deferred: number;
  /** Decisions in which every rule skipped. */
  readonly nothingApplied: number;
  /** Rules that threw. */
  readonly ruleErrors: number;
  /** Hooks (`onRuleError`) that threw. */
  readonly hookErrors: number;
}

/** The counters of one guard, and of the guards that `within` derived from it. */
export class Counters implements GuardCounters {
  accepted = 0;
  rejected = 0;
  deferred = 0;
  nothingApplied = 0;
  ruleErrors = 0;
  hookErrors = 0;
}
