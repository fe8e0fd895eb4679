import type { Readable, Writable } from "node:stream";
import {
  applyEdits,
  type Decision,
  type Edit,
  type Facts,
  formatReply,
  type Reply,
  readHeaderBytes,
  TRY_LATER,
} from "@fromguard/core";
import { type Head, HOST_FACTS, judgeMessage, MAX_BUFFERED_BYTES, refusalOf } from "@fromguard/smtp-server";
import { decidedFields, formatFields, openPolicyFile, type PolicyFile } from "fromguard";
import { messageFacts, senderFacts } from "./facts.js";
import { headerToSend, readPassing, replaceHeader } from "./header.js";
import type { ZoneAddress, ZoneApp, ZoneEnvelope, ZoneHeaders, ZoneSession } from "./host.js";
import { readSettings, type Settings } from "./settings.js";

interface Opened {
  readonly settings: Settings;
  readonly policy: PolicyFile;
}

/** The name under which ZoneMTA's log has the lines. */
const LOG = "fromguard";

/** Milliseconds between looks at the policy, its maps and its grants. */
const CHECK_MS = 5000;

/** The policy of this process, and what is done in its name. Until it is read, mail waits; where it cannot be read, all is deferred. */
export class Protection {
  readonly #app: ZoneApp;
  readonly #opened: Promise<Opened>;
  /** What was read of messages before ZoneMTA parsed them. */
  readonly #heads = new WeakMap<ZoneEnvelope, Promise<Head>>();
  /** Messages that were accepted as received, and the facts of that. */
  readonly #accepted = new WeakMap<ZoneEnvelope, Partial<Facts>>();

  constructor(app: ZoneApp) {
    this.#app = app;
    this.#opened = this.#open();
    // Whoever waits for it is told.
    this.#opened.catch(() => undefined);
  }

  /** @throws Error in one sentence where the policy cannot be read */
  async ready(): Promise<readonly string[]> {
    return (await this.#opened).policy.current.warnings;
  }

  /** At MAIL FROM: what the envelope tells. */
  async judgeSender(address: ZoneAddress, session: ZoneSession): Promise<void> {
    const { interface: name, envelopeId, user } = session;
    const about: ZoneEnvelope = { interface: name, user, ...(envelopeId === undefined ? {} : { id: envelopeId }) };
    await this.#answer(about, undefined, async ({ policy }) => {
      const facts = senderFacts(address, session);
      const decision = await policy.current.guard.begin().learn(facts);
      this.#tell(about, decision, facts);
      return refusalOf(decision);
    });
  }

  /** Reads a message before it is parsed: ZoneMTA mends line ends, and drops a line of mbox files. */
  listen(envelope: ZoneEnvelope, source: Readable, destination: Writable): void {
    const reading = this.#opened.then(({ policy: { current } }) => {
      const needsBody = current.guard.needs.includes("bodyAnomalies");
      const most = needsBody ? MAX_BUFFERED_BYTES : current.limits.maxHeaderOctets;
      return readPassing(source, destination, needsBody ? "end" : "header", most);
    });
    this.#heads.set(envelope, reading);
    // No policy, and so no message either: the hooks defer it.
    reading.catch(() => source.pipe(destination));
  }

  /** When the header is there: the message as it was received. */
  async judgeReceived(envelope: ZoneEnvelope, info: unknown): Promise<void> {
    // Who sends is taken from the header by a plugin that comes later.
    if (envelope.envelopeFromHeader === true) return;
    await this.#answer(envelope, info, (opened) => this.#judgeReceived(envelope, opened));
  }

  /** Before the message is queued: its header and its envelope as they are kept. Edits are made here. */
  async judgeToSend(envelope: ZoneEnvelope, info: unknown): Promise<void> {
    await this.#answer(envelope, info, async (opened) => {
      if (!this.#accepted.has(envelope)) {
        const reply = await this.#judgeReceived(envelope, opened);
        if (reply !== undefined) return reply;
      }
      const { headers } = envelope;
      if (headers === undefined) throw new Error("the message has no header");
      const { guard, limits } = opened.policy.current;
      const octets = headerToSend(headers);
      const now = { ...messageFacts(envelope), headers: readHeaderBytes(octets, limits) };
      const facts = { ...this.#accepted.get(envelope), ...now };
      const decision = await guard.decide(facts);
      const reply = refusalOf(decision);
      if (reply !== undefined) this.#tell(envelope, decision, facts);
      else edit(envelope, headers, octets, decision.edits);
      return reply;
    });
  }

  async #judgeReceived(envelope: ZoneEnvelope, { policy }: Opened): Promise<Reply | undefined> {
    const { guard, limits } = policy.current;
    const head = this.#heads.get(envelope);
    if (head === undefined) throw new Error("the message did not pass the analyzer of this plugin");
    const { decision, facts, reply } = await judgeMessage(guard, messageFacts(envelope), () => head, limits);
    this.#tell(envelope, decision, facts);
    if (reply === undefined) this.#accepted.set(envelope, facts);
    return reply;
  }

  /** Throws what ZoneMTA answers with: an error without a code would be 450, and one called SMTPResponse an acceptance. */
  async #answer(
    envelope: ZoneEnvelope,
    info: unknown,
    judge: (opened: Opened) => Promise<Reply | undefined>,
  ): Promise<void> {
    let reply: Reply | undefined = TRY_LATER;
    try {
      const opened = await this.#opened;
      const isSkipped = opened.settings.skipInterfaces.includes(envelope.interface ?? "");
      reply = isSkipped ? undefined : await judge(opened);
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      this.#app.logger.error(LOG, "%s", `deferred ${formatFields({ id: envelope.id, cause: text })}`);
    }
    if (reply !== undefined) throw this.#app.reject(envelope, LOG, info, formatReply(reply));
  }

  #tell({ id }: ZoneEnvelope, decision: Decision, facts: Partial<Facts>): void {
    this.#app.logger.info(LOG, "%s", `decision ${formatFields({ id, ...decidedFields(decision, facts) })}`);
  }

  async #open(): Promise<Opened> {
    const { config, options, logger } = this.#app;
    const settings = readSettings(config, options.key ?? "zonemta-fromguard");
    const policy = await openPolicyFile(settings.policy, {
      host: { name: "ZoneMTA", facts: HOST_FACTS },
      checkMs: CHECK_MS,
      log: (level, line) => logger[level === "warn" ? "error" : "info"](LOG, "%s", line),
    });
    return { settings, policy };
  }
}

/**
 * Makes edits in what ZoneMTA keeps.
 *
 * @throws Error for a quarantine, which ZoneMTA does not have
 */
function edit(envelope: ZoneEnvelope, headers: ZoneHeaders, header: Uint8Array, edits: readonly Edit[]): void {
  if (edits.length === 0) return;
  for (const one of edits) {
    if (one.kind === "quarantine") throw new Error("ZoneMTA has no quarantine");
    if (one.kind === "change-envelope-from") envelope.from = one.address;
  }
  replaceHeader(headers, applyEdits(header, edits));
}
