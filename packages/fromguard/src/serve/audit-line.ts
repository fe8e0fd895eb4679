import type { Facts, HeaderSection } from "@fromguard/core";
import type { MilterEvent } from "@fromguard/milter";
import type { Line } from "./event-lines.js";
import type { LogObject } from "./log.js";

type DecisionEvent = Extract<MilterEvent, { readonly kind: "decision" }>;

/** Raised where a reader of older lines would misread newer ones. */
const VERSION = 1;

/** Fields that name who writes or sends, in the order of the message. */
const ORIGINATORS: readonly string[] = ["from", "sender", "author", "resent-from", "resent-sender"];

/** Octets of the originator fields, and recipients, that one line holds; with more there are none of them. */
const MAX_HEADER_OCTETS = 64 * 1024;
const MAX_RECIPIENTS = 1000;

/**
 * What a milter saw of a message and what was decided, as one line. `transaction` is what `check --batch` reads: the message can be decided
 * again by another policy. docs/configuration.md has the format.
 */
export function auditLine({ decision, facts, queueId, stage }: DecisionEvent, trace: string): Line {
  const { action, code, findings, observed } = decision;
  const { headers } = facts;
  const fields = headers === undefined ? undefined : originatorsOf(headers);
  const isCut = fields?.isCut === true || (facts.recipients?.length ?? 0) > MAX_RECIPIENTS;
  return [
    "info",
    "audit",
    {
      version: VERSION,
      trace,
      listener: "milter",
      queueId,
      stage,
      action,
      code,
      findings: findings.map(({ rule, verdict }) => `${rule}:${verdict.code}`),
      observed: observed.map(({ rule, verdict }) => `${rule}:${verdict.code}`),
      anomalies: headers?.anomalies.map((anomaly) => anomaly.code),
      // Octets that JSON cannot hold, or more than a line does: decided again, it may come out otherwise.
      isPartial: isCut || fields?.isLossy === true ? true : undefined,
      transaction: transactionOf(facts, fields),
    },
  ];
}

interface Originators {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly isCut: boolean;
  readonly isLossy: boolean;
}

function originatorsOf(headers: HeaderSection): Originators {
  const found = headers.fields.filter(({ name }) => ORIGINATORS.includes(name.trimEnd().toLowerCase()));
  const octets = found.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  if (octets > MAX_HEADER_OCTETS) return { fields: [], isCut: true, isLossy: false };
  let isLossy = headers.anomalies.length > 0;
  const fields = found.map(({ name, value }) => {
    try {
      return [name, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value)] as const;
    } catch {
      isLossy = true;
      return [name, Buffer.from(value).toString("latin1")] as const;
    }
  });
  return { fields, isCut: false, isLossy };
}

/** Absent is what was not learned. */
function transactionOf(facts: Partial<Facts>, headers: Originators | undefined): LogObject {
  const { login, localUser, client, helo, envelopeFrom, recipients } = facts;
  return {
    login,
    // A milter does not learn his name.
    localUser: localUser === null ? null : localUser && (localUser.name ?? "?"),
    client,
    helo,
    envelopeFrom: envelopeFrom?.text,
    recipients:
      recipients === undefined || recipients.length > MAX_RECIPIENTS ? undefined : recipients.map(({ text }) => text),
    headers: headers?.fields,
  };
}
