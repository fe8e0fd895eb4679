import { type Evidence, printable, type Resolver } from "@fromguard/core";
import type { AddressResolver } from "../address/address-resolver.js";
import type { Attempt, TraceStep } from "./attempt.js";
import type { CheckContext, Mail, Rejection, Result } from "./check-context.js";
import { sendable, writeReply } from "./reply.js";
import type { Settings } from "./settings.js";

/** What all attempts share. */
export interface Equipment {
  readonly settings: Settings;
  readonly addresses: AddressResolver;
  readonly dns: Resolver;
  readonly softBounce: boolean;
  /** `smtputf8_enable`: replies may hold letters beyond ASCII. */
  readonly utf8: boolean;
}

/** The command that is being answered. */
export type Command = "CONNECT" | "EHLO" | "MAIL" | "RCPT";

/** A step of the trace while it is being written: its evidence is made only where somebody reads it. */
interface Step {
  readonly list: string;
  readonly restriction: string;
  result: TraceStep["result"];
  reply?: string;
  evidence?: () => Evidence;
}

/** How long a line of the log may be, in characters. */
const MAX_LOG_LINE = 2000;

/**
 * The state of one attempt while its lists are run: what is remembered, what is only warned of, the reply, the log and the trace.
 *
 * @see Postfix smtpd_check.c smtpd_check_reject, defer_if
 */
export class Evaluation implements CheckContext {
  readonly settings: Settings;
  readonly addresses: AddressResolver;
  readonly dns: Resolver;
  readonly log: string[] = [];
  readonly #trace: Step[] = [];

  /** The facts as far as the command has them: without a sender at EHLO, without a recipient at MAIL. */
  mail: Mail;
  command: Command;
  /** The reply of the last rejection. */
  reply = "";
  /** Lists and results within lists. */
  depth = 0;
  /** The depth at which `warn_if_reject` stands; 0 where it does not. */
  warnDepth = 0;
  /** A table said DISCARD: accept, and ask no more. */
  discard = false;
  /** A table said HOLD: said once. */
  hold = false;
  /** Default actions of policy servers within one another. */
  policyDepth = 0;
  policyRequest: readonly (readonly [string, string])[] | undefined;
  deferIfPermitReason: Rejection | undefined;
  deferIfPermitActive = false;
  deferIfRejectReason: Rejection | undefined;
  /** Checked once, however often a list names it. */
  senderListedChecked = false;
  recipientListedChecked = false;

  #step: Step | undefined;

  constructor(
    private readonly equipment: Equipment,
    attempt: Attempt,
    private readonly asker: { readonly signal: AbortSignal },
  ) {
    this.settings = equipment.settings;
    this.addresses = equipment.addresses;
    this.dns = equipment.dns;
    const { login, saslMethod = "", client, helo, smtputf8, encrypted = false } = attempt;
    this.command = "MAIL";
    this.mail = {
      login,
      saslMethod,
      sender: "",
      recipient: undefined,
      clientAddress: client.address,
      clientName: client.name,
      reverseClientName: client.reverseName ?? client.name,
      helo,
      smtputf8,
      encrypted,
    };
  }

  /** Read only where something is waited for: to make a signal costs more than a restriction. */
  get signal(): AbortSignal {
    return this.asker.signal;
  }

  /** `name[address]`, as replies and the log show the client. */
  get client(): string {
    return `${this.mail.clientName}[${this.mail.clientAddress}]`;
  }

  /** As the client spoke until now: EHLO is answered before it counts. */
  get protocol(): "SMTP" | "ESMTP" {
    return this.command === "MAIL" || this.command === "RCPT" ? "ESMTP" : "SMTP";
  }

  /** Before each list of a command; what defer_if_permit remembers stays. */
  reset(): void {
    this.depth = 0;
    this.warnDepth = 0;
    this.deferIfRejectReason = undefined;
  }

  reject(rejection: Rejection): Result {
    const warnOnly = this.warnDepth > 0 && rejection.category === "policy";
    const { line, fault } = writeReply(rejection.code, rejection.dsn, rejection.text, this.equipment.utf8);
    if (fault !== undefined) this.warn(fault);
    const earlier = this.deferIfRejectReason;
    if (!warnOnly && earlier !== undefined && line.startsWith("5")) {
      this.deferIfRejectReason = undefined;
      this.warnDepth = 0;
      return this.reject(earlier);
    }
    const reply = sendable(line, this.equipment.softBounce);
    this.#told(warnOnly ? "warning" : "reject", reply, rejection.evidence);
    this.logEvent(warnOnly ? "reject_warning" : "reject", reply);
    if (warnOnly) return "dunno";
    this.reply = reply;
    return "reject";
  }

  fail(rejection: Rejection): Result {
    this.reject(rejection);
    return "end";
  }

  deferIfPermit(rejection: Rejection): Result {
    if (this.warnDepth > 0) return this.reject(rejection);
    if (!this.deferIfPermitActive) {
      this.deferIfPermitActive = true;
      this.deferIfPermitReason = rejection;
    }
    return this.#remembered(rejection);
  }

  deferIfReject(rejection: Rejection): Result {
    this.deferIfRejectReason ??= rejection;
    return this.#remembered(rejection);
  }

  warn(text: string): void {
    this.log.push(printable(`warning: ${text}`, MAX_LOG_LINE));
  }

  note(evidence: () => Evidence): void {
    if (this.#step !== undefined) this.#step.evidence = evidence;
  }

  /** A line as smtpd logs what it does: `NOQUEUE: reject: RCPT from name[address]: text; from=<> to=<> ...`. */
  logEvent(what: string, text: string): void {
    const { sender, recipient, helo, login } = this.mail;
    const facts = [
      ...(this.command === "MAIL" || this.command === "RCPT" ? [`from=<${sender}>`] : []),
      ...(recipient === undefined ? [] : [`to=<${recipient}>`]),
      `proto=${this.protocol}`,
      ...(helo === "" ? [] : [`helo=<${helo}>`]),
      ...(login === null ? [] : [`sasl_username=${login}`]),
    ];
    const line = `NOQUEUE: ${what}: ${this.command} from ${this.client}: ${text}; ${facts.join(" ")}`;
    this.log.push(printable(line, MAX_LOG_LINE));
  }

  /** Begins a step of the trace; what is told until the next goes to it. */
  begin(list: string, restriction: string): Step {
    const step: Step = { list, restriction, result: "dunno" };
    this.#trace.push(step);
    this.#step = step;
    return step;
  }

  /** What a step came to, where nothing was told of it yet. */
  finish(step: Step, result: Result): void {
    if (result === "dunno") return;
    step.result = result === "ok" ? "ok" : "reject";
    if (result !== "ok") step.reply = this.reply;
  }

  /** The steps so far. */
  trace(): readonly TraceStep[] {
    return this.#trace.map(({ evidence, ...step }) =>
      evidence === undefined ? step : { ...step, evidence: evidence() },
    );
  }

  #told(result: TraceStep["result"], reply: string, evidence: Evidence | undefined): void {
    const step = this.#step;
    if (step === undefined) return;
    step.result = result;
    step.reply = reply;
    if (evidence !== undefined) step.evidence = () => evidence;
  }

  #remembered({ code, dsn, text, evidence }: Rejection): Result {
    this.#told("remembered", `${code} ${dsn} ${text}`, evidence);
    return "dunno";
  }
}
