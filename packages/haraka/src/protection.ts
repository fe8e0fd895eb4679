import {
  applyEdits,
  type Decision,
  type Edit,
  type Facts,
  formatReplyText,
  type Reply,
  readHeaderBytes,
  TRY_LATER,
} from "@fromguard/core";
import { HOST_FACTS, judgeMessage, refusalOf } from "@fromguard/smtp-server";
import { decidedFields, formatFields, openPolicyFile, type PolicyFile } from "fromguard";
import { deny, denysoft } from "haraka-constants";
import DSN from "haraka-dsn";
import { envelopeFacts, isSkipped, transactionFacts } from "./facts.js";
import { headerToSend, readReceived, replaceHeader } from "./header.js";
import type { HarakaConnection, HarakaPlugin, HarakaTransaction, Next } from "./host.js";
import { readSettings, type Settings } from "./settings.js";

interface Opened {
  readonly settings: Settings;
  readonly policy: PolicyFile;
}

/** Milliseconds between looks at the policy, its maps and its grants. */
const CHECK_MS = 5000;

/** The policy of this Haraka, and what is done in its name. Until it is read, mail waits; where it cannot be read, all is deferred. */
export class Protection {
  readonly #plugin: HarakaPlugin;
  #opened: Promise<Opened>;
  /** Messages that were accepted as received, and the facts of that. */
  readonly #accepted = new WeakMap<HarakaTransaction, Partial<Facts>>();

  constructor(plugin: HarakaPlugin) {
    this.#plugin = plugin;
    this.#opened = this.#open();
    // Whoever waits for it is told.
    this.#opened.catch(() => undefined);
  }

  /** @throws Error in one sentence where the policy cannot be read */
  async ready(): Promise<readonly string[]> {
    return (await this.#opened).policy.current.warnings;
  }

  async close(): Promise<void> {
    await this.#opened.then(
      ({ policy }) => policy.close(),
      () => undefined,
    );
  }

  /** At MAIL FROM: what the envelope tells. */
  async judgeSender(next: Next, connection: HarakaConnection): Promise<void> {
    await this.#answer(next, connection, async (transaction, { settings, policy }) => {
      const facts = envelopeFacts(connection, transaction, settings);
      const decision = await policy.current.guard.begin().learn(facts);
      this.#tell(connection, transaction, decision, facts);
      return refusalOf(decision);
    });
  }

  /** Behind the message: all of it, as it was received. */
  async judgeReceived(next: Next, connection: HarakaConnection): Promise<void> {
    await this.#answer(next, connection, (transaction, opened) => this.#judgeReceived(connection, transaction, opened));
  }

  /**
   * Before the message is queued: its header as Haraka sends it, which plugins may have changed since, and Haraka itself where it
   * could not decode it. Edits are made here, since Haraka writes Authentication-Results anew after the last hook on the message.
   */
  async judgeToSend(next: Next, connection: HarakaConnection): Promise<void> {
    await this.#answer(next, connection, async (transaction, opened) => {
      if (!this.#accepted.has(transaction)) {
        // A plugin ended the hooks on the message before this one.
        const reply = await this.#judgeReceived(connection, transaction, opened);
        if (reply !== undefined) return reply;
      }
      const { guard, limits } = opened.policy.current;
      const octets = headerToSend(transaction);
      const facts = {
        ...this.#accepted.get(transaction),
        ...transactionFacts(connection, transaction, opened.settings),
        headers: readHeaderBytes(octets, limits),
      };
      const decision = await guard.decide(facts);
      const reply = refusalOf(decision);
      if (reply !== undefined) this.#tell(connection, transaction, decision, facts);
      else edit(transaction, octets, decision.edits);
      return reply;
    });
  }

  async #judgeReceived(
    connection: HarakaConnection,
    transaction: HarakaTransaction,
    { settings, policy }: Opened,
  ): Promise<Reply | undefined> {
    if (transaction.discard_data) throw new Error("a plugin discards the message, which cannot be read then");
    const { guard, limits } = policy.current;
    const known = transactionFacts(connection, transaction, settings);
    const read = (until: "header" | "end", maxBytes: number) => readReceived(transaction, until, maxBytes);
    const { decision, facts, reply } = await judgeMessage(guard, known, read, limits);
    this.#tell(connection, transaction, decision, facts);
    if (reply === undefined) this.#accepted.set(transaction, facts);
    return reply;
  }

  /** Never lets an error out: Haraka goes on to the next plugin when a hook throws, as if it had passed. */
  async #answer(
    next: Next,
    connection: HarakaConnection,
    judge: (transaction: HarakaTransaction, opened: Opened) => Promise<Reply | undefined>,
  ): Promise<void> {
    let reply: Reply | undefined = TRY_LATER;
    try {
      const opened = await this.#opened;
      const { transaction } = connection;
      // The client has gone: nothing goes on.
      if (transaction === null) return next();
      if (isSkipped(connection, opened.settings)) {
        transaction.results.add(this.#plugin, { skip: "no login" });
        reply = undefined;
      } else reply = await judge(transaction, opened);
    } catch (cause) {
      this.#failed(connection, cause);
    }
    if (reply === undefined) next();
    else next(reply.code >= 500 ? deny : denysoft, replyOf(reply));
  }

  #failed(connection: HarakaConnection, cause: unknown): void {
    const text = cause instanceof Error ? cause.message : String(cause);
    connection.transaction?.results.add(this.#plugin, { err: formatFields({ cause: text }) });
    connection.logerror(this.#plugin, `deferred ${formatFields({ cause: text })}`);
  }

  #tell(connection: HarakaConnection, { results }: HarakaTransaction, decision: Decision, facts: Partial<Facts>): void {
    results.add(this.#plugin, { [decision.action === "accept" ? "pass" : "fail"]: decision.code });
    connection.loginfo(this.#plugin, `decision ${formatFields(decidedFields(decision, facts))}`);
  }

  async #open(): Promise<Opened> {
    const plugin = this.#plugin;
    const settings = readSettings(plugin.config, () => void this.#replace());
    const policy = await openPolicyFile(settings.policy, {
      host: { name: "Haraka", facts: HOST_FACTS },
      checkMs: CHECK_MS,
      log: (level, line) => plugin[level === "warn" ? "logwarn" : "loginfo"](line),
    });
    return { settings, policy };
  }

  /** `fromguard.ini` has changed. */
  async #replace(): Promise<void> {
    const before = this.#opened;
    try {
      const opened = await this.#open();
      this.#opened = Promise.resolve(opened);
      await before.then(({ policy }) => policy.close());
      this.#plugin.loginfo("settings-reloaded");
    } catch (cause) {
      this.#plugin.logwarn(`settings-kept ${formatFields({ cause: (cause as Error).message })}`);
    }
  }
}

/**
 * Makes edits in what Haraka sends.
 *
 * @throws Error for one that cannot be made. Haraka's quarantine is a plugin that sends the message on where it cannot be kept.
 */
function edit(transaction: HarakaTransaction, header: Uint8Array, edits: readonly Edit[]): void {
  if (edits.length === 0) return;
  for (const one of edits) {
    if (one.kind === "quarantine") throw new Error("Haraka has no quarantine that is sure to hold a message");
    if (one.kind === "change-envelope-from") transaction.mail_from = addressLike(transaction.mail_from, one.address);
  }
  replaceHeader(transaction, applyEdits(header, edits));
}

function addressLike<Address extends object>(sample: Address, address: string): Address {
  const { constructor: HarakaAddress } = sample as { readonly constructor: new (path: string) => Address };
  return new HarakaAddress(`<${address}>`);
}

function replyOf(reply: Reply): DSN {
  const [, subject = "0", detail = "0"] = reply.enhanced.split(".");
  return DSN.create(
    reply.code,
    formatReplyText(reply).slice(reply.enhanced.length + 1),
    Number(subject),
    Number(detail),
  );
}
