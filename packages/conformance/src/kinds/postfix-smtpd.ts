import { isDeepStrictEqual } from "node:util";
import type { Resolver } from "@fromguard/core";
import { agree, type Case, disagree, isRecord, type Kind, notSupported, type Outcome } from "../kind.js";
import { isZone, type Zone, zoneResolver } from "./zone.js";

/** What stands in a configuration: parameters of main.cf, and the files that `@DIR@/name` refers to. */
export interface SmtpdSetup {
  readonly mainCf: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** One attempt to send, as the client made it. */
interface SmtpdAttempt {
  readonly login: string | null;
  /** The text between `<` and `>` of MAIL FROM, in external form. */
  readonly sender: string;
  readonly recipient: string;
  /** The client's IP address. */
  readonly client: string;
  readonly clientName: string;
  readonly helo: string;
  readonly smtputf8: boolean;
  /** What a policy server answers where the configuration asks one. */
  readonly policyReply?: string;
}

/** What smtpd answered. */
interface SmtpdAnswer {
  /** The command that got the reply. */
  readonly stage: "MAIL" | "RCPT";
  /** The whole reply line. */
  readonly reply: string;
  /** The attributes sent to the policy server, in order. */
  readonly policyRequest?: readonly (readonly [name: string, value: string])[];
}

/** Something that decides as Postfix's smtpd would. */
export type Smtpd = (setup: SmtpdSetup, attempt: SmtpdAttempt, resolver: Resolver) => Promise<SmtpdAnswer>;

interface Decision {
  readonly login: string | null;
  readonly sender: string;
  readonly recipient: string;
  readonly client: string;
  readonly smtputf8: boolean;
  readonly dns: Zone;
  readonly stage: SmtpdAnswer["stage"];
  readonly reply: string;
  readonly policy_request?: readonly (readonly [string, string])[];
  readonly policy_reply?: string;
}

interface Theme {
  readonly main_cf: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly decisions: readonly Decision[];
}

/** The name of every client in these recordings, and of its HELO. */
const CLIENT_NAME = "client.example.org";

/** The value of an attribute that differs from run to run. */
const VARIES = "@VARIES@";

/**
 * Decisions recorded from Postfix's smtpd: one case a decision.
 *
 * @param smtpd decides; while there is none, every decision disagrees
 */
export function postfixSmtpd(smtpd?: Smtpd): Kind {
  return {
    name: "postfix-smtpd",
    recognise: isTheme,
    cases: ({ json }) => {
      const { main_cf: mainCf, files, decisions } = json as Theme; // recognise has looked
      return decisions.map(
        (decision, index): Case => ({
          name: nameOf(decision, index),
          check: async () => {
            if (smtpd === undefined) return notSupported(expectation(decision), "decisions of a main.cf");
            const answer = await smtpd({ mainCf, files }, attemptOf(decision), zoneResolver(decision.dns));
            return compare(decision, answer);
          },
        }),
      );
    },
  };
}

function isTheme(json: unknown): json is Theme {
  return (
    isRecord(json) &&
    isRecord(json.main_cf) &&
    isRecord(json.files) &&
    Array.isArray(json.decisions) &&
    json.decisions.every(isDecision)
  );
}

function isDecision(json: unknown): json is Decision {
  return (
    isRecord(json) &&
    ["sender", "recipient", "client", "stage", "reply"].every((key) => typeof json[key] === "string") &&
    isZone(json.dns)
  );
}

function nameOf({ login, sender, recipient, client }: Decision, index: number): string {
  return `decision ${index + 1}: ${login ?? "no login"} <${sender}> to <${recipient}> from ${client}`;
}

function attemptOf(decision: Decision): SmtpdAttempt {
  const { login, sender, recipient, client, smtputf8, policy_reply: policyReply } = decision;
  const attempt = { login, sender, recipient, client, smtputf8, clientName: CLIENT_NAME, helo: CLIENT_NAME };
  return policyReply === undefined ? attempt : { ...attempt, policyReply };
}

function compare(decision: Decision, answer: SmtpdAnswer): Outcome {
  if (answer.stage !== decision.stage || answer.reply !== decision.reply) {
    return disagree(expectation(decision), `${answer.stage} ${answer.reply}`);
  }
  if (decision.policy_request === undefined) return agree();
  const sent = (answer.policyRequest ?? []).map(([name, value], at) =>
    decision.policy_request?.[at]?.[1] === VARIES ? [name, VARIES] : [name, value],
  );
  if (isDeepStrictEqual(sent, decision.policy_request)) return agree();
  return disagree(attributes(decision.policy_request), attributes(answer.policyRequest ?? []));
}

function expectation({ stage, reply }: Decision): string {
  return `${stage} ${reply}`;
}

function attributes(request: readonly (readonly [string, string])[]): string {
  return request.map(([name, value]) => `${name}=${value}`).join(" ");
}
