import { type Facts, parseTransaction } from "@fromguard/core";
import { isJson, isMessage, parseJson, readBody } from "../body.js";
import type { Incoming } from "../exchange.js";
import type { Problem } from "../problem-details.js";
import { problemOf, problemOfSentence } from "../schemas/faults.js";
import { transactionSchema } from "../schemas/transaction.js";
import { messageOptions, type Service } from "../service.js";
import { factsFromHeaders } from "./raw-message.js";

/** The facts of one transaction, or why there are none. */
export type Read =
  | { readonly ok: true; readonly facts: Partial<Facts> }
  | { readonly ok: false; readonly problem: Problem };

type Reading = Pick<Service, "readLimits" | "guard">;

/** Reads a transaction from a request: JSON, or a raw message with the facts in headers. */
export async function readTransaction(incoming: Incoming, service: Service): Promise<Read> {
  const type = incoming.header("content-type");
  if (isMessage(type)) return await readRaw(incoming, service);
  if (!isJson(type)) {
    return { ok: false, problem: { status: 415, detail: "the body must be application/json or message/rfc822" } };
  }
  const body = await readBody(incoming, service.maxBodyBytes);
  if (!body.ok) return body;
  const parsed = parseJson(body.octets, "the body");
  return parsed.ok ? fromJson(parsed.json, service) : parsed;
}

/** Reads the transaction of one line of a batch. */
export function readLine(octets: Uint8Array, service: Reading): Read {
  const line = parseJson(octets, "the line");
  return line.ok ? fromJson(line.json, service) : line;
}

/** The reader of core lets through what the schema does, faster; what it refuses, the schema tells with all its faults. */
function fromJson(json: unknown, service: Reading): Read {
  const result = parseTransaction(json, messageOptions(service));
  if (result.ok) return result;
  const { error } = transactionSchema.safeParse(json, { reportInput: true });
  return { ok: false, problem: error === undefined ? problemOfSentence(result.error) : problemOf(error) };
}

async function readRaw(incoming: Incoming, service: Service): Promise<Read> {
  const facts = factsFromHeaders(incoming);
  if (!facts.ok) return facts;
  const body = await readBody(incoming, service.maxBodyBytes);
  if (!body.ok) return body;
  const result = parseTransaction({ ...facts.facts, message: body.octets }, messageOptions(service));
  return result.ok ? result : { ok: false, problem: problemOfSentence(result.error) };
}
