import { type Address, formatAddress } from "../address/address.js";
import { parseDomain } from "../domain/domain.js";
import type { OriginatorField, OriginatorName } from "../headers/originators.js";
import type { Anomaly } from "../headers/section.js";
import type { Answer, Ownership, Question, Role } from "../ownership/ownership.js";
import { andThen } from "../verdict/and-then.js";
import type { Code } from "../verdict/codes.js";
import type { Evidence } from "../verdict/evidence.js";
import { LateFail } from "../verdict/late-fail.js";
import { fail, pass, unknown, type Verdict } from "../verdict/verdict.js";
import type { OriginatorPolicy } from "./originator-policy.js";

/** What originators are judged by. */
export interface OriginatorJudge {
  readonly login: string;
  readonly ownership: Ownership;
  readonly policy: OriginatorPolicy;
  /** Characters of which the first in a local part begins a subaddress; empty for none. */
  readonly recipientDelimiter: string;
  /** The domain that the host appends to an address without one. */
  readonly unqualifiedDomain: string | undefined;
  /** What the fields stand in: a header needs a From, a MIME part does not. */
  readonly of: "header" | "part";
  /** Handed on to the ownership as it is: a signal that nobody reads need not be made. */
  readonly context: { readonly signal: AbortSignal };
}

/** The first anomaly that the policy does not take, as a failure; `login` is null where nobody logged in. */
export function refuseAnomaly(
  anomalies: readonly Anomaly[],
  policy: OriginatorPolicy,
  login: string | null,
): Verdict | undefined {
  for (const anomaly of anomalies) {
    if (anomaly.form !== undefined && policy[anomaly.form] === "accept") continue;
    const { code, form, field, offset } = anomaly;
    return fail(code, {
      ...(login === null ? {} : { login }),
      offset,
      ...(field === undefined ? {} : { field }),
      ...(form === undefined ? {} : { remedy: optionOf(form) }),
    });
  }
  return undefined;
}

/**
 * Judges originator fields: their form by the policy, and every mailbox, and every address that a name shows, by one question
 * to the ownership. A foreign mailbox is told before a fault of form, and that before what could not be asked.
 */
export function judgeOriginators(
  fields: readonly OriginatorField[],
  judge: OriginatorJudge,
): Verdict | Promise<Verdict> {
  const problem = judgeForm(fields, judge);
  const brief = new Brief(fields, judge);
  if (brief.questions.length === 0) return brief.settle([], problem);
  const answers = judge.ownership.ask(judge.login, brief.questions, judge.context);
  return andThen(answers, (got: readonly Answer[]) =>
    got.length === brief.questions.length
      ? brief.settle(got, problem)
      : (problem ?? unknown("ownership-incomplete", "the ownership left a question without an answer")),
  );
}

const optionOf = (form: string) => `the option ${form}: "accept" takes this form`;

/** Everything that can be judged without asking: the first fault that the policy does not take. */
function judgeForm(fields: readonly OriginatorField[], judge: OriginatorJudge): Verdict | undefined {
  const { policy, login } = judge;
  const counts = countOf(fields, "from");
  if (counts === 0 && judge.of === "header") return fail("from-missing", { login, field: "From" });
  if (counts > 1) {
    const froms = fields.filter(({ name }) => name === "from");
    const [, second] = froms;
    const same = isSameEverywhere(froms);
    if (!same || policy.repeatedFrom === "reject") {
      return fail("from-multiple", {
        login,
        field: "From",
        offset: second!.field.offset,
        remedy: same ? optionOf("repeatedFrom") : "send one From field",
      });
    }
  }
  for (const field of fields) {
    const refused = refuseAnomaly(field.anomalies, policy, login);
    if (refused !== undefined) return refused;
  }
  const senders = countOf(fields, "sender");
  if (senders > 1) return fail("sender-multiple", { login, field: "Sender", remedy: "send one Sender field" });
  if (senders === 0 && policy.severalAuthorsWithoutSender === "reject") {
    const authors = fields.find(({ name, mailboxes }) => name === "from" && mailboxes.length > 1);
    if (authors !== undefined) {
      return fail("sender-missing", { login, field: "Sender", remedy: "add a Sender field with an own address" });
    }
  }
  return undefined;
}

function countOf(fields: readonly OriginatorField[], name: OriginatorName): number {
  let count = 0;
  for (const field of fields) if (field.name === name) count++;
  return count;
}

function isSameEverywhere(fields: readonly OriginatorField[]): boolean {
  const [first, ...rest] = fields.map(({ mailboxes }) => mailboxes.map(({ address }) => formatAddress(address)));
  return (
    first !== undefined &&
    first.length > 0 &&
    rest.every((list) => list.length === first.length && list.every((text, index) => text === first[index]))
  );
}

const ROLES: Readonly<Record<OriginatorName, Role>> = {
  from: "author",
  author: "author",
  sender: "sender",
  "resent-from": "resent",
  "resent-sender": "resent",
};

const FOREIGN: Readonly<Record<OriginatorName, Code>> = {
  from: "from-not-owned",
  author: "author-not-owned",
  sender: "sender-not-owned",
  "resent-from": "resent-not-owned",
  "resent-sender": "resent-not-owned",
};

/** One address that the message claims, and the questions of which one must be answered with yes. */
interface Claim {
  readonly kind: "mailbox" | "bare" | "shown";
  readonly field: OriginatorField;
  readonly start: number;
  readonly address: Address;
  readonly questions: readonly number[];
}

type Standing = "own" | "on-behalf" | "unknown" | "foreign";

/** The claims of a message and the one list of questions on them. */
class Brief {
  readonly questions: Question[] = [];
  readonly #claims: Claim[] = [];
  /** The places of the questions, made for the second: most messages claim one address. */
  #indexes: Map<string, number> | undefined;
  readonly #judge: OriginatorJudge;
  readonly #fields: readonly OriginatorField[];

  constructor(fields: readonly OriginatorField[], judge: OriginatorJudge) {
    this.#judge = judge;
    this.#fields = fields;
    const { policy } = judge;
    for (const field of fields) {
      for (const { address, start } of field.mailboxes) {
        this.#claim(address.domain.kind === "none" ? "bare" : "mailbox", field, start, [address]);
      }
      if (policy.foreignAddressInName === "accept") continue;
      for (const { forms, start } of field.shown) this.#claim("shown", field, start, forms);
    }
  }

  settle(answers: readonly Answer[], problem: Verdict | undefined): Verdict {
    const standings = this.#claims.map((claim) => this.#standing(claim, answers));
    if (standings.every((standing) => standing === "own")) return problem ?? pass();
    this.#grantOnBehalf(standings);
    this.#forgive(standings);
    const first = (standing: Standing, isWanted: (claim: Claim) => boolean) =>
      this.#claims.find((claim, index) => standings[index] === standing && isWanted(claim));
    const foreign = first("foreign", ({ kind }) => kind === "mailbox");
    if (foreign !== undefined) return this.#refuse(foreign, answers);
    if (problem !== undefined) return problem;
    const odd = first("foreign", () => true);
    if (odd !== undefined) return this.#refuse(odd, answers);
    const open = first("unknown", () => true);
    return open === undefined ? pass() : this.#unknown(open, answers);
  }

  #claim(kind: Claim["kind"], field: OriginatorField, start: number, forms: readonly Address[]): void {
    const [address] = forms;
    const questions: number[] = [];
    for (const form of forms) {
      for (const variant of this.#variants(form)) questions.push(this.#ask(variant, ROLES[field.name]));
    }
    if (address !== undefined) this.#claims.push({ kind, field, start, address, questions });
  }

  /** The address, and what the policy lets stand for it. */
  #variants(address: Address): readonly Address[] {
    const { policy, recipientDelimiter } = this.#judge;
    const whole = address.domain.kind === "none" ? this.#qualified(address) : [address];
    if (policy.unlistedSubaddress === "reject") return whole;
    return whole.flatMap((form) => {
      const base = withoutExtension(form.localPart, recipientDelimiter);
      return base === undefined ? [form] : [form, { ...form, localPart: base }];
    });
  }

  #qualified(address: Address): readonly Address[] {
    const { policy, login, unqualifiedDomain } = this.#judge;
    if (policy.bareLocalPart === "reject") return [];
    const ofLogin = login.includes("@") ? [login.slice(login.lastIndexOf("@") + 1)] : [];
    const domains = unqualifiedDomain === undefined ? ofLogin : [unqualifiedDomain];
    return [address, ...domains.map((domain) => ({ ...address, domain: parseDomain(domain) }))];
  }

  #ask(address: Address, role: Role): number {
    const question = { address, role };
    const [first] = this.questions;
    if (first !== undefined) {
      this.#indexes ??= new Map([[keyOf(first), 0]]);
      const key = keyOf(question);
      const known = this.#indexes.get(key);
      if (known !== undefined) return known;
      this.#indexes.set(key, this.questions.length);
    }
    return this.questions.push(question) - 1;
  }

  #standing(claim: Claim, answers: readonly Answer[]): Standing {
    let standing: Standing = "foreign";
    for (const index of claim.questions) {
      const answer = answers[index]!;
      if (answer.kind === "unknown" && standing === "foreign") standing = "unknown";
      if (answer.kind !== "yes" || this.#isOtherCase(claim, this.questions[index]!, answer)) continue;
      if (answer.requires === undefined || claim.kind === "shown") return "own";
      standing = "on-behalf";
    }
    return standing;
  }

  #isOtherCase({ kind }: Claim, { address }: Question, answer: Extract<Answer, { readonly kind: "yes" }>): boolean {
    if (this.#judge.policy.localPartCase === "accept" || kind === "shown" || answer.as === undefined) return false;
    const { localPart } = answer.as;
    return localPart !== address.localPart && localPart.toLowerCase() === address.localPart.toLowerCase();
  }

  /** Send on behalf counts for authors, beside exactly one own Sender. */
  #grantOnBehalf(standings: Standing[]): void {
    if (!standings.includes("on-behalf")) return;
    const senders = this.#claims.flatMap(({ field, kind }, index) =>
      field.name === "sender" && kind !== "shown" ? [standings[index]] : [],
    );
    const sender = senders.length === 1 && countOf(this.#fields, "sender") === 1 ? senders[0] : "foreign";
    for (const [index, { field }] of this.#claims.entries()) {
      if (standings[index] !== "on-behalf") continue;
      const isAuthor = field.name === "from" || field.name === "author";
      standings[index] = isAuthor && (sender === "own" || sender === "unknown") ? sender : "foreign";
    }
  }

  /** What the policy takes although it is foreign. */
  #forgive(standings: Standing[]): void {
    const { policy } = this.#judge;
    const redirector = policy.redirect === "accept" ? this.#redirector(standings) : "foreign";
    for (const [index, { field, kind }] of this.#claims.entries()) {
      const standing = standings[index];
      if (kind !== "mailbox" || standing === "own") continue;
      if (field.name === "from" && standing === "foreign" && redirector !== "foreign") standings[index] = redirector;
      if (field.name === "from" && standing === "unknown" && redirector === "own") standings[index] = "own";
      if (field.name === "author" && policy.foreignAuthor === "accept") standings[index] = "own";
      if (ROLES[field.name] === "resent" && policy.foreignResent === "accept") standings[index] = "own";
    }
  }

  /** Whether who resent the message is own: every mailbox of every Resent-From, and there is one; the From stands once. */
  #redirector(standings: readonly Standing[]): "own" | "unknown" | "foreign" {
    if (countOf(this.#fields, "from") > 1) return "foreign";
    const resent = this.#claims.flatMap(({ field, kind }, index) =>
      field.name === "resent-from" && kind !== "shown" ? [standings[index]] : [],
    );
    if (resent.length === 0 || resent.some((standing) => standing !== "own" && standing !== "unknown"))
      return "foreign";
    return resent.includes("unknown") ? "unknown" : "own";
  }

  #refuse(claim: Claim, answers: readonly Answer[]): Verdict {
    const { kind, field } = claim;
    // Read now: the octets of the header are the caller's.
    const place = placeOf(claim);
    const refusal = (code: Code, more?: Evidence) =>
      new LateFail(code, place, () => ({ ...this.#evidence(claim, answers, place), ...more }));
    if (kind === "mailbox") return refusal(FOREIGN[field.name]);
    const form = kind === "bare" ? "bareLocalPart" : "foreignAddressInName";
    const remedy = kind === "shown" || this.#judge.policy[form] === "reject" ? { remedy: optionOf(form) } : {};
    return refusal(kind === "bare" ? "addr-unqualified" : "name-contains-address", remedy);
  }

  #unknown(claim: Claim, answers: readonly Answer[]): Verdict {
    for (const index of claim.questions) {
      const answer = answers[index]!;
      if (answer.kind === "unknown") return unknown(answer.code, answer.cause, this.#evidence(claim, answers));
    }
    return unknown("ownership-unknown", "the ownership of the Sender is not known", this.#evidence(claim, answers));
  }

  #evidence(claim: Claim, answers: readonly Answer[], place = placeOf(claim)): Evidence {
    const [index] = claim.questions;
    const answer = index === undefined ? undefined : answers[index];
    const onBehalf = answer?.kind === "yes" && answer.requires !== undefined;
    return {
      ...answer?.evidence(),
      login: this.#judge.login,
      ...place,
      ...(onBehalf ? { detail: "it is granted on behalf: beside one own Sender", remedy: "add an own Sender" } : {}),
    };
  }
}

/** The same for the same question alone. */
function keyOf({ address, role }: Question): string {
  return `${role} ${address.domain.kind} ${address.domain.text} ${address.localPart}`;
}

function placeOf({ address, field, start }: Claim): Evidence {
  return { address: formatAddress(address), field: field.field.name.trimEnd(), offset: field.offsetOf(start) };
}

/** The local part up to its first delimiter; undefined where there is none, or nothing before it. */
function withoutExtension(localPart: string, delimiters: string): string | undefined {
  for (let at = 0; at < localPart.length; at++) {
    if (delimiters.includes(localPart[at]!)) return at === 0 ? undefined : localPart.slice(0, at);
  }
  return undefined;
}
