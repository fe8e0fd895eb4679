import { isDeepStrictEqual } from "node:util";
import type { Decision, Guard } from "@fromguard/core";
import { createExchange } from "@fromguard/http";
import { createMilterServer, guardHandler, type HandlerFactory } from "@fromguard/milter";
import type { Admission, Listener, Refusal } from "@fromguard/node";
import { createPolicyServer } from "@fromguard/policy";
import { accessOf } from "../config/listeners.js";
import type { Exposition } from "../metrics/metrics.js";
import { refusedAddress } from "../suspects/suspect-accounts.js";
import { auditLine } from "./audit-line.js";
import { findingLines } from "./debug-lines.js";
import {
  httpLine,
  type Line,
  milterLine,
  policyLine,
  refusedLine,
  withMaster,
  withTrace,
  writeLine,
} from "./event-lines.js";
import { exchangeOptions, tlsOf } from "./http-parts.js";
import { serveHttp } from "./http-server.js";
import { liveDirectory } from "./live-directory.js";
import { derived, liveGuard } from "./live-guard.js";
import type { Reporting } from "./reporting.js";
import type { Judging, ServedPolicy } from "./served-policy.js";
import { traceIdOf } from "./trace-id.js";
import { andThen, wrappedGuard } from "./wrapped-guard.js";

/** A listener to be opened, and what it reads anew for each transaction. */
export interface ListenerPlan {
  readonly served: () => ServedPolicy;
  /** By place. */
  readonly listener: number;
  readonly admission: Admission | undefined;
  readonly exposition: Exposition | undefined;
  readonly isReady: () => boolean;
}

/** Makes the server of a listener, which may find fault with the policy, and leaves opening it for later. */
export function prepareListener(plan: ListenerPlan, reporting: Reporting): () => Promise<Listener> {
  const judging = () => plan.served().listeners[plan.listener] as Judging;
  const { entry } = judging();
  const write = (line: Line) => writeLine(reporting.log, withMaster(line, plan.served().config.ownership.login));
  const tell = (line: Line) => {
    write(line);
    reporting.metrics.happened(entry.kind, line[1]);
  };
  const decided = (decision: Decision, line: Line) => {
    const trace = traceIdOf(decision);
    reporting.metrics.decided(entry.kind, decision);
    write(withTrace(line, trace));
    const { debug } = reporting.log;
    if (debug !== undefined) for (const finding of findingLines(decision, trace)) debug(...finding);
    const refused = refusedAddress(decision);
    if (refused !== undefined) reporting.refused?.(refused);
    return trace;
  };
  const timed = (guard: Guard) =>
    wrappedGuard(guard, (decide) => {
      const begun = performance.now();
      return andThen(decide(), (decision) => {
        reporting.metrics.took(entry.kind, (performance.now() - begun) / 1000);
        return decision;
      });
    });
  const parts = { plan, judging, timed, tell, decided, reporting };
  switch (entry.kind) {
    case "policy":
      return policyServer(entry.options, parts);
    case "milter":
      return milterServer(entry.options, parts);
    case "http":
      return httpServer(entry.options, parts);
  }
}

type OptionsOf<Kind extends Judging["entry"]["kind"]> = Extract<Judging["entry"], { readonly kind: Kind }>["options"];

interface Parts {
  readonly plan: ListenerPlan;
  readonly judging: () => Judging;
  /** The guard with its decisions measured. */
  readonly timed: (guard: Guard) => Guard;
  /** Logs and counts what happened beside decisions. */
  readonly tell: (line: Line) => void;
  /** Logs and counts a decision; returns its id. */
  readonly decided: (decision: Decision, line: Line) => string;
  readonly reporting: Reporting;
}

function sharedOf(options: Judging["entry"]["options"], { admission }: ListenerPlan) {
  return { access: accessOf(options), ...(admission === undefined ? {} : { admission }) };
}

function policyServer(options: OptionsOf<"policy">, { plan, judging, timed, tell, decided }: Parts) {
  const names = Object.keys(judging().contexts ?? {});
  const contexts = names.map(
    (name) => [name, timed(liveGuard(() => judging().contexts?.[name] ?? judging().guard))] as const,
  );
  const server = createPolicyServer({
    guard: timed(liveGuard(() => judging().guard)),
    ...(names.length === 0 ? {} : { contexts: Object.fromEntries(contexts) }),
    limits: { maxConnections: options["max-connections"] },
    partial: true,
    onEvent: (event) => {
      if (event.kind === "decided") decided(event.decision, policyLine(event));
      else tell(policyLine(event));
    },
  });
  return () => server.listen(options.policy, sharedOf(options, plan));
}

function milterServer(options: OptionsOf<"milter">, { plan, judging, timed, tell, decided, reporting }: Parts) {
  const factory = derived(plan.served, ({ config, listeners }): HandlerFactory => {
    const { entry, guard: own } = listeners[plan.listener] as Judging;
    const { "local-mail": localMail, "refused-local-mail": refusedLocalMail } = entry.options as OptionsOf<"milter">;
    // What a connection is told was negotiated at its begin: rules that need more judge the next connection.
    const guard = liveGuard(() => {
      const { guard: now } = judging();
      return now.needs.every((need) => own.needs.includes(need)) ? now : own;
    });
    return guardHandler(timed(guard), {
      readLimits: config.limits,
      localMail,
      refusedLocalMail,
      onEvent: (event) => {
        const trace = decided(event.decision, milterLine(event));
        if (plan.served().config.log.audit) writeLine(reporting.log, auditLine(event, trace));
      },
    });
  });
  const server = createMilterServer({ handler: () => factory()(), onEvent: (event) => tell(milterLine(event)) });
  const most = { maxConnections: options["max-connections"] };
  return () => server.listen(options.milter, { ...sharedOf(options, plan), ...most });
}

function httpServer(options: OptionsOf<"http">, { plan, judging, timed, tell, decided }: Parts) {
  const { exposition, isReady } = plan;
  const { ownership } = plan.served();
  const directory = ownership && liveDirectory(ownership, () => plan.served().ownership);
  const secrets = judging().secrets && (() => judging().secrets?.() ?? { tokens: undefined, tls: undefined });
  const http = { secrets, directory, isReady, ...(exposition === undefined ? {} : { exposition }) };
  const ownOf = ({ config, listeners }: ServedPolicy) => {
    const { options } = (listeners[plan.listener] as Judging).entry;
    return { options: options as OptionsOf<"http">, readLimits: config.limits };
  };
  const guard = timed(liveGuard(() => judging().guard));
  const made = ({ options, readLimits }: ReturnType<typeof ownOf>) =>
    createExchange({
      ...exchangeOptions(options, http),
      guard,
      readLimits,
      onEvent: (event) => {
        if (event.kind === "decided") decided(event.decision, httpLine(event));
        else tell(httpLine(event));
      },
    });
  // Made anew only where its own options changed: it knows how often each client has asked.
  let own = ownOf(plan.served());
  let exchange = made(own);
  const current = derived(plan.served, (served) => {
    const next = ownOf(served);
    if (!isDeepStrictEqual(next, own)) exchange = made(next);
    own = next;
    return exchange;
  });
  const onRefused = (refusal: Refusal) => tell(refusedLine("http", refusal));
  const most = { maxConnections: options["max-connections"] };
  return () =>
    serveHttp({
      address: options.http,
      ...sharedOf(options, plan),
      ...most,
      ...tlsOf(http),
      streamTimeoutMs: () => ownOf(plan.served()).options["batch-timeout-seconds"] * 1000,
      handler: (incoming) => current()(incoming),
      onRefused,
    });
}
