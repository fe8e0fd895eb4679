import { parseIpOctets } from "../domain/ip-address.js";
import type { MessageLimits } from "../headers/limits.js";
import { readHeaderList } from "../headers/read-list.js";
import type { HeaderSection } from "../headers/section.js";
import type { Client, Facts, FactsInput } from "../rule/facts.js";
import { facts } from "../rule/facts.js";
import { type MessageOptions, messageFacts } from "../rule/message-facts.js";
import { printable } from "../verdict/reply.js";
import { decodeBase64 } from "./base64.js";
import { isTransactionKey, nearestKey, TRANSACTION_KEYS, type TransactionKey } from "./keys.js";
import type { Mutable } from "./mutable.js";

/** Options of {@link parseTransaction}; `readLimits` are for a list of headers too. */
export interface TransactionOptions extends MessageOptions {
  /** Octets of the decoded message. Default 64 MiB. */
  readonly maxMessageBytes?: number;
  /** Recipients of one transaction. Default 10,000. */
  readonly maxRecipients?: number;
}

/** A transaction, or one sentence that begins with the key at fault: `recipients[3]: must be a string, not a number`. */
export type ParsedTransaction =
  | { readonly ok: true; readonly facts: Partial<Facts> }
  | { readonly ok: false; readonly error: string };

/** The default of {@link TransactionOptions.maxMessageBytes}. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** The default of {@link TransactionOptions.maxRecipients}. */
export const MAX_RECIPIENTS = 10_000;

type Fields = readonly (readonly [name: string, value: string])[];

/** A fault found on the way down; never leaves this file. */
class Fault extends Error {}

/**
 * Reads a transaction from JSON: an object with any of the keys below.
 *
 * `login`, `authorisation` (as whom it acts, if the host has checked that), `localUser`, `client` (an IP address, or `{address, name}`) and `helo` may be null, and are if absent: who is not
 * named is nobody, an empty name is an error. `envelopeFrom` is as in MAIL FROM, empty for the null sender. The message is either `message`, its octets
 * in base64 (in process also a `Uint8Array`), or `headers`, a list of `[name, value]` pairs, which cannot carry all octets and
 * no body. Nothing is guessed: an unknown key, a wrong type or text with half of a surrogate pair is an error. Never throws.
 */
export function parseTransaction(json: unknown, options: TransactionOptions = {}): ParsedTransaction {
  try {
    return { ok: true, facts: facts(readInput(json, options)) };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, error: error.message };
    throw error;
  }
}

function readInput(json: unknown, options: TransactionOptions): FactsInput {
  if (!isRecord(json)) throw new Fault(`a transaction must be an object, not ${kindOf(json)}`);
  if (json.message !== undefined && json.headers !== undefined)
    throw new Fault("headers: the message is given too; give one of the two");
  const input: Mutable<FactsInput> = {};
  for (const key of Object.keys(json)) {
    if (!isTransactionKey(key)) throw new Fault(unknownKey(key));
    const value = json[key];
    if (value !== undefined) readKey(key, value, input, options);
  }
  return input;
}

function readKey(key: TransactionKey, value: unknown, input: Mutable<FactsInput>, options: TransactionOptions): void {
  switch (key) {
    case "login":
    case "authorisation":
    case "localUser":
      // Hosts write "" for nobody; taken for a name it would satisfy every rule that asks only for a login.
      if (value === "")
        throw new Fault(`${key}: must not be empty; null is ${key === "authorisation" ? "the login" : "nobody"}`);
      input[key] = value === null ? null : text(key, value, "a string or null");
      return;
    case "helo":
      input[key] = value === null ? null : text(key, value, "a string or null");
      return;
    case "client":
      input.client = value === null ? null : readClient(value);
      return;
    case "listener":
    case "envelopeFrom":
      input[key] = text(key, value, key === "listener" ? "a string" : "a string, empty for the null sender");
      return;
    case "recipients":
      input.recipients = readRecipients(value, options.maxRecipients ?? MAX_RECIPIENTS);
      return;
    case "message":
      Object.assign(input, messageFacts(readOctets(value, options.maxMessageBytes ?? MAX_MESSAGE_BYTES), options));
      return;
    case "headers":
      input.headers = readList(readFields(value), options.readLimits);
  }
}

/** JSON text has no octets, so octets that are no UTF-8 cannot be among them. */
function readList(fields: Fields, limits: Partial<MessageLimits> | undefined): HeaderSection {
  const section = readHeaderList(fields, limits);
  return { ...section, blindTo: [...section.blindTo, "utf8-invalid"] };
}

function readClient(value: unknown): Client {
  if (typeof value === "string") return { address: ipAddress("client", value) };
  if (!isRecord(value)) throw mistyped("client", "an IP address, {address, name} or null", value);
  for (const key of Object.keys(value)) {
    if (key !== "address" && key !== "name")
      throw new Fault(`client.${shown(key)}: unknown key; the keys are address and name`);
  }
  const address = ipAddress("client.address", text("client.address", value.address));
  return value.name == null ? { address } : { address, name: text("client.name", value.name, "a string or null") };
}

function readRecipients(value: unknown, max: number): readonly string[] {
  if (!Array.isArray(value)) throw mistyped("recipients", "an array of strings", value);
  if (value.length > max) throw new Fault(`recipients: ${value.length} of them, over the limit of ${max}`);
  const recipients: string[] = [];
  for (const recipient of value as readonly unknown[]) {
    const isText = typeof recipient === "string" && recipient.isWellFormed();
    recipients.push(isText ? recipient : text(`recipients[${recipients.length}]`, recipient));
  }
  return recipients;
}

function readOctets(value: unknown, max: number): Uint8Array {
  const tooLong = () => new Fault(`message: over the limit of ${max} octets`);
  if (value instanceof Uint8Array) {
    if (value.length > max) throw tooLong();
    return value;
  }
  if (typeof value !== "string") throw mistyped("message", "the octets of the message in base64", value);
  if (value.length > Math.ceil(max / 3) * 4) throw tooLong();
  const decoded = decodeBase64(value);
  if (!decoded.ok) throw new Fault(`message: not base64 at character ${decoded.offset}`);
  if (decoded.bytes.length > max) throw tooLong();
  return decoded.bytes;
}

function readFields(value: unknown): Fields {
  if (!Array.isArray(value)) throw mistyped("headers", "an array of [name, value] pairs", value);
  return Array.from(value, (field: unknown, index) => {
    if (!Array.isArray(field) || field.length !== 2) throw mistyped(`headers[${index}]`, "a [name, value] pair", field);
    return [text(`headers[${index}][0]`, field[0]), text(`headers[${index}][1]`, field[1])] as const;
  });
}

function text(key: string, value: unknown, expected = "a string"): string {
  if (typeof value !== "string") throw mistyped(key, expected, value);
  // It has no octets: whatever it were turned into, it would not be what a server saw.
  if (!value.isWellFormed()) throw new Fault(`${key}: holds half of a surrogate pair`);
  return value;
}

function ipAddress(key: string, value: string): string {
  if (parseIpOctets(value) === undefined) throw new Fault(`${key}: "${shown(value)}" is not an IP address`);
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownKey(key: string): string {
  const nearest = nearestKey(key);
  const help = nearest === undefined ? `the keys are ${TRANSACTION_KEYS.join(", ")}` : `did you mean ${nearest}?`;
  return `${shown(key)}: unknown key; ${help}`;
}

function mistyped(key: string, expected: string, value: unknown): Fault {
  return new Fault(`${key}: must be ${expected}, not ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function shown(word: string): string {
  return printable(word, 60);
}
