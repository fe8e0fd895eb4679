import { nearest } from "@fromguard/core";
import type { z } from "zod";
import type { Incoming } from "../exchange.js";
import type { Problem, ProblemDetail } from "../problem-details.js";
import { problemOf } from "../schemas/faults.js";
import { factsSchema } from "../schemas/transaction.js";

/** The facts beside a raw message: each in a request header of its own. */
export const FACT_HEADERS = {
  login: "Fromguard-Login",
  authorisation: "Fromguard-Authorisation",
  localUser: "Fromguard-Local-User",
  client: "Fromguard-Client",
  "client.name": "Fromguard-Client-Name",
  helo: "Fromguard-Helo",
  listener: "Fromguard-Listener",
  envelopeFrom: "Fromguard-Envelope-From",
  recipients: "Fromguard-Recipients",
} as const;

const PREFIX = "fromguard-";
const NAMES = Object.values(FACT_HEADERS);

/** The facts, as the schema of a transaction has them, or what is wrong with a header. */
export type HeaderFacts =
  | { readonly ok: true; readonly facts: z.output<typeof factsSchema> }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Reads the facts of a raw message from request headers. Values are percent-encoded UTF-8: a comma, a percent sign and all but printable
 * ASCII must be. Recipients are separated by commas. A header of ours that is unknown, one that came twice, and one that decodes to
 * nothing valid is an error: a fact must never be lost on the way.
 */
export function factsFromHeaders(incoming: Incoming): HeaderFacts {
  const faults: ProblemDetail[] = [];
  for (const name of incoming.headerNames()) {
    if (!name.startsWith(PREFIX) || NAMES.some((known) => known.toLowerCase() === name)) continue;
    faults.push(unknownHeader(name));
  }
  const read = (name: string, decode: (value: string) => unknown) => {
    const value = incoming.header(name);
    if (value === null) return undefined;
    try {
      return decode(value);
    } catch (error) {
      faults.push({
        header: name,
        detail: error instanceof URIError ? "is not percent-encoded UTF-8" : String((error as Error).message),
      });
      return undefined;
    }
  };
  const single = (key: keyof typeof FACT_HEADERS) => read(FACT_HEADERS[key], one);
  const [address, name] = [single("client"), single("client.name")];
  if (name !== undefined && address === undefined)
    faults.push({ header: FACT_HEADERS["client.name"], detail: `needs ${FACT_HEADERS.client}` });
  const given = {
    login: single("login"),
    authorisation: single("authorisation"),
    localUser: single("localUser"),
    client: name === undefined ? address : { address, name },
    helo: single("helo"),
    listener: single("listener"),
    envelopeFrom: single("envelopeFrom"),
    recipients: read(FACT_HEADERS.recipients, several),
  };
  const [first] = faults;
  if (first !== undefined)
    return { ok: false, problem: { status: 422, detail: `${first.header}: ${first.detail}`, errors: faults } };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = factsSchema.safeParse(present, { reportInput: true });
  if (parsed.success) return { ok: true, facts: parsed.data };
  return { ok: false, problem: problemOf(parsed.error, headerOf) };
}

function unknownHeader(name: string): ProblemDetail {
  const near = nearest(
    name,
    NAMES.map((known) => known.toLowerCase()),
  );
  const meant = NAMES.find((known) => known.toLowerCase() === near);
  return {
    header: name.slice(0, 60),
    detail:
      meant === undefined ? `unknown header; there are ${NAMES.join(", ")}` : `unknown header; did you mean ${meant}?`,
    ...(meant === undefined ? {} : { nearest: meant }),
  };
}

function headerOf(path: readonly PropertyKey[]): Pick<ProblemDetail, "header"> {
  const key = path[0] === "client" && path[1] === "name" ? "client.name" : String(path[0]);
  return { header: FACT_HEADERS[key as keyof typeof FACT_HEADERS] };
}

/** A comma that is not encoded is what joins two headers of one name. */
function one(value: string): string {
  if (value.includes(",")) throw new Error("is given twice, or holds a comma, which must be written %2C");
  return decoded(value);
}

function several(value: string): readonly string[] {
  return value.trim() === "" ? [] : value.split(",").map((part) => decoded(part.trim()));
}

function decoded(value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value))
    throw new Error("holds octets outside printable ASCII, which must be percent-encoded");
  return decodeURIComponent(value);
}
