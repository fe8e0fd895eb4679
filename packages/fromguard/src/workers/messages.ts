import type { Override } from "../config/overrides.js";
import type { ExitCode } from "../exit-codes.js";
import type { Samples } from "../metrics/metrics.js";
import type { RunningListener } from "../serve/daemon.js";
import type { RefusedAddress } from "../suspects/suspect-accounts.js";

/** What a worker needs to serve. */
export interface Assignment {
  /** From 1; who takes the place of a worker has its number. */
  readonly worker: number;
  /** The configuration, as the primary read it. */
  readonly file: string;
  readonly text: string;
  readonly overrides: readonly Override[];
}

/** What listens, as the first worker tells it. */
export interface Serving {
  readonly listeners: readonly RunningListener[];
  readonly notes: readonly string[];
}

/** From the primary to a worker. */
export type ToWorker =
  | ({ readonly kind: "serve" } & Assignment)
  /** The primary has read the configuration, which has this text, and its files anew and found them good. */
  | { readonly kind: "reload"; readonly text: string; readonly isAsked: boolean }
  | { readonly kind: "count"; readonly id: number }
  | { readonly kind: "admitted"; readonly id: number; readonly isAdmitted: boolean }
  | { readonly kind: "stop" };

/** From a worker to the primary. */
export type ToPrimary =
  /** Its process runs, and waits for its assignment. */
  | { readonly kind: "waiting" }
  | ({ readonly kind: "ready" } & Serving)
  /** It could not start; `text` is one sentence. */
  | { readonly kind: "failed"; readonly exitCode: ExitCode; readonly text: string }
  /** Asks for one connection more on a listener, by its place in the list. */
  | { readonly kind: "enter"; readonly id: number; readonly listener: number }
  /** A connection that was admitted has gone. */
  | { readonly kind: "leave"; readonly listener: number }
  /** An address was refused to a login. */
  | ({ readonly kind: "refused" } & RefusedAddress)
  | { readonly kind: "counted"; readonly id: number; readonly samples: Samples };
