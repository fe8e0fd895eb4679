/** What came of a run over one protocol. */
export interface WireTally {
  /** Whole frames, or requests, that the session took. */
  readonly frames: number;
  readonly connections: number;
  /** How often each thing happened that the run is to reach. */
  readonly counts: ReadonlyMap<string, number>;
  readonly failures: readonly WireFailure[];
}

/** A connection on which a session was wrong. The same seed makes it again. */
export interface WireFailure {
  readonly connection: number;
  readonly what: string;
}

/** How much to run, and from where. */
export interface WireTask {
  readonly frames: number;
  readonly seed: number;
}

/** The most failures that are kept; a run ends there. */
export const MAX_FAILURES = 20;
