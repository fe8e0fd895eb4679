import { type Client, type Facts, type Path, parsePath } from "@fromguard/core";
import type { LogEntry } from "./log-entry.js";
import type { LoggedMessage } from "./logged-message.js";

/** What was logged and is not judged, by why. */
export interface NotJudged {
  /** No line tells who brought it: Postfix made it, or it came before the log begins. */
  withoutClient: number;
  /** It came back from a content filter: it is judged as it came first. */
  filtered: number;
  /** A refusal in whose line a client wrote what could be read in two ways. */
  ambiguous: number;
  /** An audit line that is cut off, or of a newer form. */
  unreadable: number;
}

/** Messages that are followed at the same time: as many as may stand in the queue of a large server. */
const MAX_FOLLOWED = 200_000;

/** Recipients of a message that are followed. */
const MAX_RECIPIENTS = 1_000;

/** A message between its first line and its last. */
interface Followed {
  readonly login: string | null;
  readonly local: boolean;
  readonly client: Client | null;
  /** It came before under another queue ID. */
  readonly again: boolean;
  sent?: { readonly entry: LogEntry; readonly sender: string };
  readonly recipients: string[];
}

/**
 * Puts the lines that Postfix writes of a message together: who brought it (smtpd, pickup), its sender (qmgr) and its recipients
 * (the delivery agents), and tells of each message once.
 *
 * @see smtpd(8), qmgr(8); Postfix smtpd.c, smtpd_check.c log_whatsup, cleanup_milter.c, qmgr_active.c
 */
export class PostfixMessages {
  readonly notJudged: NotJudged = { withoutClient: 0, filtered: 0, ambiguous: 0, unreadable: 0 };
  readonly #take: (message: LoggedMessage) => undefined | Promise<void>;
  readonly #needsRecipients: boolean;
  /** By queue ID; undefined behind the last line that matters, until it is removed from the queue. */
  readonly #followed = new Map<string, Followed | undefined>();

  constructor(
    take: (message: LoggedMessage) => undefined | Promise<void>,
    { needsRecipients }: { readonly needsRecipients: boolean },
  ) {
    this.#take = take;
    this.#needsRecipients = needsRecipients;
  }

  add(entry: LogEntry): undefined | Promise<void> {
    const { program, text } = entry;
    const colon = text.indexOf(": ");
    const id = text.slice(0, colon);
    const rest = text.slice(colon + 2);
    switch (program) {
      case "smtpd":
        if (rest.startsWith("client=")) return this.#follow(id, broughtBy(rest));
        return REFUSAL.test(rest) ? this.#refused(id, rest, entry) : undefined;
      case "cleanup":
        return REFUSAL.test(rest) ? this.#refused(id, rest, entry) : undefined;
      case "pickup":
        return rest.startsWith("uid=") ? this.#follow(id, { ...NOBODY, local: true, recipients: [] }) : undefined;
      case "qmgr":
        if (rest.startsWith("from=<")) return this.#sent(id, rest, entry);
        return rest === "removed" ? this.#removed(id) : undefined;
      default:
        if (this.#needsRecipients && rest.startsWith("to=<")) this.#delivered(id, rest);
        return undefined;
    }
  }

  /** Another line has told of this message already. */
  wasTold(id: string): void {
    if (this.#followed.has(id)) this.#followed.set(id, undefined);
  }

  /** Tells of the messages that were still in the queue. */
  async end(): Promise<void> {
    for (const message of this.#followed.values()) await this.#tell(message);
    this.#followed.clear();
  }

  /** Over the limit the oldest is told as far as it is known. */
  #follow(id: string, message: Followed): undefined | Promise<void> {
    const [oldest] = this.#followed.size < MAX_FOLLOWED ? [] : this.#followed.keys();
    const told = oldest === undefined ? undefined : this.#removed(oldest);
    this.#followed.set(id, message);
    return told;
  }

  #sent(id: string, rest: string, entry: LogEntry): undefined | Promise<void> {
    if (!this.#followed.has(id)) {
      this.notJudged.withoutClient++;
      this.#followed.set(id, undefined);
      return undefined;
    }
    const message = this.#followed.get(id);
    // Each time that it is tried again qmgr tells its sender again.
    if (message === undefined || message.sent !== undefined) return undefined;
    message.sent = { entry, sender: rest.slice("from=<".length, rest.lastIndexOf(">, size=")) };
    if (this.#needsRecipients && !message.again) return undefined;
    this.#followed.set(id, undefined);
    return this.#tell(message);
  }

  #removed(id: string): undefined | Promise<void> {
    const message = this.#followed.get(id);
    this.#followed.delete(id);
    return this.#tell(message);
  }

  #delivered(id: string, rest: string): void {
    const message = this.#followed.get(id);
    if (message === undefined || message.recipients.length >= MAX_RECIPIENTS) return;
    const end = rest.indexOf(">, ");
    const original = rest.startsWith("orig_to=<", end + 3) ? rest.slice(end + 3 + "orig_to=<".length) : undefined;
    const recipient =
      original === undefined ? rest.slice("to=<".length, end) : original.slice(0, original.indexOf(">, "));
    if (!message.recipients.includes(recipient)) message.recipients.push(recipient);
  }

  #tell(message: Followed | undefined): undefined | Promise<void> {
    if (message?.sent === undefined) return undefined;
    if (message.again) {
      this.notJudged.filtered++;
      return undefined;
    }
    const { entry, sender } = message.sent;
    const recipients = this.#needsRecipients ? message.recipients : undefined;
    return this.#take({ ...placeOf(entry), refused: false, facts: factsOf(message, sender, recipients) });
  }

  /** Behind END-OF-MESSAGE the login stands only in the line of the client. */
  #refused(id: string, rest: string, entry: LogEntry): undefined | Promise<void> {
    const attempt = readRefusal(rest);
    const followed = this.#followed.get(id);
    if (attempt === undefined) return undefined;
    if (followed !== undefined && rest.includes("END-OF-MESSAGE from ")) this.#followed.delete(id);
    if (attempt === "ambiguous") {
      this.notJudged.ambiguous++;
      return undefined;
    }
    const { sender, recipient, ...brought } = attempt;
    const recipients = recipient === undefined ? undefined : [recipient];
    if (this.#needsRecipients && recipients === undefined) return undefined;
    return this.#take({ ...placeOf(entry), refused: true, facts: factsOf(followed ?? brought, sender, recipients) });
  }
}

const REFUSAL = /^(?:milter-)?reject: /;

const NOBODY = { login: null, local: false, client: null, again: false } as const;

function placeOf({ file, line, time }: LogEntry) {
  return { file, line, time };
}

/**
 * `client=NAME[ADDRESS], sasl_method=M, sasl_username=U, sasl_sender=S, orig_queue_id=Q, orig_client=C`: all but the client may lack. Only an
 * account whose own name holds `, sasl_sender=` or `, orig_` cannot be told from one without.
 */
function broughtBy(text: string): Followed {
  const [, client = "", more = ""] = /^client=([^,]*)(.*)$/s.exec(text) ?? [];
  const [, login] =
    /, sasl_username=(.*?)(?:, sasl_sender=[^,]*)?(?:, orig_queue_id=.*|, orig_client=.*)?$/s.exec(more) ?? [];
  return {
    login: login === undefined ? null : decoded(login),
    local: false,
    client: clientOf(client),
    again: more.includes(", orig_queue_id="),
    recipients: [],
  };
}

/**
 * `reject: RCPT from NAME[ADDRESS]: REPLY; from=<S> to=<R> proto=P helo=<H> sasl_method=M sasl_username=U sasl_sender=S`.
 *
 * The sender, recipient and HELO are the client's words, and may hold what looks like the rest of the line. The login is the last,
 * and is there where the line does not end with a bracket; a line with two beginnings is not read.
 */
function readRefusal(text: string) {
  const [, client, told] = /^(?:milter-)?reject: (?:MAIL|RCPT|DATA|END-OF-MESSAGE) from (\S+): (.*)$/s.exec(text) ?? [];
  if (client === undefined || told === undefined) return undefined;
  const from = told.indexOf("; from=<");
  if (from < 0) return undefined;
  if (from !== told.lastIndexOf("; from=<")) return "ambiguous";
  const facts = told.slice(from + "; from=<".length);
  const method = facts.endsWith(">") ? -1 : facts.lastIndexOf(" sasl_method=");
  const [, login] = method < 0 ? [] : (/ sasl_username=(.*?)(?: sasl_sender=\S*)?$/s.exec(facts.slice(method)) ?? []);
  const [, sender, recipient, ...others] = /^(.*?)>(?: to=<(.*?)>)? proto=(.*)$/s.exec(facts) ?? [];
  if (sender === undefined || / (?:to|proto)=/.test(others.join(""))) return "ambiguous";
  return {
    login: login === undefined ? null : decoded(login),
    local: false,
    client: clientOf(client),
    sender,
    recipient,
  };
}

/** `NAME[ADDRESS]`, behind which a port may stand. */
function clientOf(text: string): Client | null {
  const [, name, address] = /^(.*)\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  if (name === undefined || address === undefined || address === "unknown") return null;
  return name === "unknown" ? { address } : { address, name };
}

function factsOf(
  { login, local, client }: Pick<Followed, "login" | "local" | "client">,
  sender: string,
  recipients: readonly string[] | undefined,
): Partial<Facts> {
  return {
    login,
    localUser: local ? { name: undefined } : null,
    client,
    envelopeFrom: pathOf(sender),
    ...(recipients === undefined ? {} : { recipients: recipients.map(pathOf) }),
  };
}

/** An address as Postfix logs it: its external form, without the brackets around it. */
function pathOf(text: string): Path {
  return parsePath(`<${decoded(text)}>`);
}

/** Text of a log, an octet a character, as UTF-8. */
function decoded(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, "latin1").toString("utf8") : text;
}
