import type { Address } from "../address/address.js";
import { parsePath } from "../address/path.js";
import type { Answer, Ownership, Role } from "../ownership/ownership.js";
import type { Facts } from "../rule/facts.js";
import { type RuleContext, rule } from "../rule/rule.js";
import { run } from "../rule/run.js";
import { andThen } from "../verdict/and-then.js";
import { FromguardError } from "../verdict/error.js";
import { fail, pass, skip, type Unknown, unknown, type Verdict } from "../verdict/verdict.js";
import type { AllFacts } from "./editing-rule.js";

/** The address that an edit writes. */
export type EditTarget =
  /** That of MAIL FROM. */
  | "envelope"
  /** The login's primary address; undefined where it has none. */
  | { readonly primary: (login: string, signal: AbortSignal) => string | undefined | Promise<string | undefined> }
  /** One address for all, in SMTP form. */
  | { readonly fixed: string };

/**
 * Asks for the target of a message: `unknown` where its source cannot answer, undefined where there is none, or where it is not the
 * login's own in each of the roles.
 */
export type OwnTarget = (
  facts: AllFacts,
  context: RuleContext,
) => Address | Unknown | undefined | Promise<Address | Unknown | undefined>;

/** @throws FromguardError `FG_POLICY_INVALID` for a fixed target that is no address. */
export function ownTarget(ownership: Ownership, to: EditTarget, roles: readonly Role[]): OwnTarget {
  const targetOf = targetReader(to);
  return (facts, context) => {
    let target: Address | undefined;
    // A rule, so that it answers behind the deadline and shows in the trace.
    const owned = rule("edit-target", ["login", "envelopeFrom"], ({ login, envelopeFrom }, { signal }) =>
      andThen(targetOf({ login, envelopeFrom }, signal), (address): Verdict | Promise<Verdict> => {
        if (address === undefined) return skip("no-target");
        const questions = roles.map((role) => ({ address, role }));
        return andThen(ownership.ask(login ?? "", questions, { signal }), (answers): Verdict => {
          const open = answers.find((answer) => answer.kind === "unknown");
          if (open !== undefined) return unknown(open.code, open.cause, open.evidence());
          const isOwn = answers.length === roles.length && answers.every(isPlainYes);
          if (!isOwn) return fail("from-not-owned", answers[0]?.evidence());
          target = address;
          return pass();
        });
      }),
    );
    return andThen(run(owned, facts, context), (found) => (found.kind === "unknown" ? found : target));
  };
}

/** Whether an address has a domain that it can be written with. */
export function isPlain({ domain }: Address): boolean {
  return domain.kind === "name" || domain.kind === "literal";
}

function isPlainYes(answer: Answer): boolean {
  return answer.kind === "yes" && answer.requires === undefined;
}

type TargetReader = (
  facts: Pick<Facts, "login" | "envelopeFrom">,
  signal: AbortSignal,
) => Address | undefined | Promise<Address | undefined>;

function targetReader(to: EditTarget): TargetReader {
  if (to === "envelope")
    return ({ envelopeFrom }) => (envelopeFrom.kind === "mailbox" ? envelopeFrom.mailbox : undefined);
  if ("primary" in to) return ({ login }, signal) => andThen(to.primary(login ?? "", signal), parseTarget);
  const fixed = parseTarget(to.fixed);
  if (fixed === undefined) throw new FromguardError("FG_POLICY_INVALID", `${JSON.stringify(to.fixed)} is no address`);
  return () => fixed;
}

function parseTarget(text: string | undefined): Address | undefined {
  const path = text === undefined ? undefined : parsePath(text);
  return path?.kind === "mailbox" && isPlain(path.mailbox) ? path.mailbox : undefined;
}
