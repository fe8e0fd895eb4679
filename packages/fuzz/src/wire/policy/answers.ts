import { createGuard, type Facts, failWith, type Guard, pass, rule, type Verdict } from "@fromguard/core";
import type { Attributes } from "./model.js";

/** What identifies a transaction: an answer that was given to another request says something else. */
type Told = readonly (string | null | undefined)[];

const UNAVAILABLE = "DEFER_IF_PERMIT 4.3.0 Sender verification is temporarily unavailable";
const NO_CONTEXT = "DEFER_IF_PERMIT 4.3.5 Server configuration error";

const hex = (told: Told) => Buffer.from(JSON.stringify(told)).toString("hex").slice(-200);

function toldBy({ login, client, helo, listener, envelopeFrom }: Partial<Facts>): Told {
  return [login, client?.address, client?.name, helo, listener, envelopeFrom?.text];
}

/** Answers at once, or in a later turn where the sender says so. */
function inTime(facts: Partial<Facts>, verdict: Verdict): Verdict | Promise<Verdict> {
  return facts.envelopeFrom?.text.startsWith("slow") ? Promise.resolve(verdict) : verdict;
}

const refusal = (text: string) => failWith("no", { code: 553, enhanced: "5.7.1", text });

/** Names the transaction, so that recipients share the answer. */
const shared = createGuard({
  rules: [rule("shared", ["envelopeFrom"], (facts) => inTime(facts, refusal(hex(toldBy(facts)))))],
});

/** Names the recipient too, and repeats what the client said. */
const each = createGuard({
  rules: [
    rule("each", ["envelopeFrom", "recipients"], (facts) => {
      const recipient = facts.recipients[0]?.text;
      return inTime(facts, refusal(`${hex([...toldBy(facts), recipient])} ${recipient}`));
    }),
  ],
});

/** Tags the message with its transaction. */
const tagged = createGuard({
  rules: [
    rule("tagged", ["envelopeFrom"], (facts) =>
      inTime(facts, pass("ok", [{ kind: "prepend-header", name: "X-Told", value: hex(toldBy(facts)) }])),
    ),
  ],
});

/** The policies of the server under test. */
export const POLICIES: { readonly guard: Guard; readonly contexts: Readonly<Record<string, Guard>> } = {
  guard: shared,
  contexts: { each, tagged },
};

const STAGES: ReadonlyMap<string, number> = new Map([
  ["CONNECT", 0],
  ["XCLIENT", 0],
  ["HELO", 1],
  ["EHLO", 1],
  ["VRFY", 2],
  ["ETRN", 2],
  ["MAIL", 3],
]);

/** The answers that are right, in order of requests; `tags` remembers which messages were tagged on this connection. */
export function rightAnswers(request: Attributes, tags: Set<string>): readonly (string | RegExp)[] {
  const told = (name: string) => textOf(request.get(name) ?? "");
  const context = told("policy_context");
  if (context !== "" && context !== "each" && context !== "tagged") return [NO_CONTEXT];
  const state = told("protocol_state");
  const stage = STAGES.get(state) ?? 4;
  const sender = told("sender");
  const hasSender = stage >= 3 || (stage === 2 && sender !== "");
  if (!hasSender) return ["DUNNO"];
  const transaction = [
    ...loginOf(request),
    ...clientOf(request),
    told("helo_name") || null,
    context || "policy",
    sender,
  ];
  if (context === "") return [`553 5.7.1 ${hex(transaction)}`];
  if (context === "each") {
    const recipient = stage === 3 ? "" : told("recipient");
    if (recipient === "") return [stage === 4 ? UNAVAILABLE : "DUNNO"];
    return [startingWith(`553 5.7.1 ${hex([...transaction, recipient])} `)];
  }
  return tagAnswers(request, state, hex(transaction), tags);
}

function tagAnswers(
  request: Attributes,
  state: string,
  value: string,
  tags: Set<string>,
): readonly (string | RegExp)[] {
  if (state === "VRFY" || state === "ETRN") return ["DUNNO"];
  const instance = request.get("instance") ?? "";
  const message = JSON.stringify([instance, value]);
  const isTagged = instance !== "" && tags.has(message);
  if (state === "END-OF-MESSAGE") return isTagged ? [UNAVAILABLE, "DUNNO"] : [UNAVAILABLE];
  tags.add(message);
  const tag = `PREPEND X-Told: ${value}`;
  return isTagged ? [tag, "DUNNO"] : [tag];
}

/** A login that is not UTF-8 is no fact. */
function loginOf(request: Attributes): Told {
  const octets = request.get("sasl_username") ?? "";
  return [isUtf8(octets) ? textOf(octets) || null : undefined];
}

function clientOf(request: Attributes): Told {
  const [address, name] = [textOf(request.get("client_address") ?? ""), textOf(request.get("client_name") ?? "")];
  if (address === "" || address === "unknown") return [undefined, undefined];
  return [address, name === "" || name === "unknown" ? undefined : name];
}

/** UTF-8 as text, other octets as latin1. */
function textOf(octets: string): string {
  return isUtf8(octets) ? Buffer.from(octets, "latin1").toString("utf8") : octets;
}

function isUtf8(octets: string): boolean {
  return Buffer.from(Buffer.from(octets, "latin1").toString("utf8"), "utf8").toString("latin1") === octets;
}

function startingWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.]/g, "\\.")}`);
}
