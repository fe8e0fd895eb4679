import type { Place } from "@fromguard/core";

/** What is read from files. */
export interface Followed {
  readonly what: "config" | "map" | "grants" | "main-cf" | "policy" | "http-secrets";
  /** The map, the source of grants, or the file. */
  readonly source: string;
}

/** What became of the configuration, a map, grants, a main.cf or the policy of a host in Node whose files changed. */
export interface Reload extends Followed {
  /** `replaced`: questions see the new state. `kept`: it could not be read, and the last good one stays. */
  readonly kind: "replaced" | "kept";
  /** One sentence. */
  readonly text: string;
  /** Where the fault is; empty for `replaced`. */
  readonly place: Place;
  /** One sentence each: what is doubtful in the new state. */
  readonly warnings: readonly string[];
}

/** How what is read follows its files. */
export interface Following {
  /** Milliseconds between looks at the files: what changed is read again. Default 0: none. */
  readonly checkMs?: number;
  /** Told of each reload, and once of each fault. */
  readonly onReload?: (reload: Reload) => void;
}

/** What follows its files. */
export interface Follower extends Followed {
  /** How the files looked before they were read. */
  readonly stamps: ReadonlyMap<string, string>;
  /** What is doubtful in what was read, one sentence each. */
  readonly warnings: readonly string[];
  reload(): Promise<void>;
  close(): void;
}
