import {
  type Facts,
  MAX_RECIPIENTS,
  type MessageOptions,
  parseIpAddress,
  pathFromInternal,
  printable,
} from "@fromguard/core";
import { z } from "zod";
import { IP_ADDRESS } from "../schemas/transaction.js";
import { readHookMessage } from "./message.js";

const STAGES = ["connect", "ehlo", "auth", "mail", "rcpt", "data"] as const;
const CAPITAL_STAGES = ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"] as const;

/** The stages of Stalwart, which has no call for `auth`. */
export type HookStage = (typeof STAGES)[number];

/** What one request of Stalwart tells, or one sentence that begins with the key at fault. */
export type HookRequest =
  | { readonly ok: true; readonly stage: HookStage; readonly facts: Partial<Facts> }
  | { readonly ok: false; readonly error: string };

const text = z.string().refine((value) => !/\p{Surrogate}/u.test(value), "holds half of a surrogate pair");
const address = z.object({ address: text });

/**
 * The request of Stalwart 0.16, as far as senders are concerned; what else it holds is not looked at. The manual writes stages in
 * capitals, `client.ehlo` and the version as text: that is taken too.
 *
 * @see Stalwart crates/smtp/src/inbound/hooks/mod.rs
 */
export const hookRequestSchema = z
  .object({
    context: z.object({
      stage: z
        .enum([...STAGES, ...CAPITAL_STAGES])
        .transform((stage) => stage.toLowerCase() as Lowercase<typeof stage>),
      client: z.object({
        ip: text.refine((ip) => parseIpAddress(ip) !== undefined, "is no IP address").meta(IP_ADDRESS),
        helo: text.nullish(),
        ehlo: text.nullish(),
      }),
      sasl: z
        .object({ login: text.min(1) })
        .optional()
        .describe("Who logged in; absent: nobody."),
      protocol: z.object({ version: z.union([z.literal(1), z.enum(["1", "1.0"])]) }),
    }),
    envelope: z
      .object({ from: address, to: z.array(address).max(MAX_RECIPIENTS) })
      .optional()
      .describe("Due at `mail`, `rcpt` and `data`; at the last two with a recipient."),
    message: z
      .object({ headers: z.array(z.tuple([text, text])), contents: z.string(), size: z.int().nonnegative() })
      .optional()
      .describe("Due at `data`."),
  })
  .meta({ id: "HookRequest" });

type Parsed = z.infer<typeof hookRequestSchema>;

/**
 * Reads a request: the facts that its stage can tell, those of the stages before among them. Nothing is guessed: without the envelope that
 * a stage is due to have, or the message, it is an error. Never throws.
 *
 * `connect` and `ehlo` come before a login can, so that there is no such fact; `rcpt` tells the recipient in question alone.
 */
export function readHookRequest(json: unknown, options: MessageOptions = {}): HookRequest {
  const parsed = hookRequestSchema.safeParse(json);
  if (!parsed.success) return { ok: false, error: sentenceOf(parsed.error.issues[0]) };
  const { context, envelope, message } = parsed.data;
  const { stage } = context;
  const told = (facts: Partial<Facts>): HookRequest => ({ ok: true, stage, facts });
  const client = connection(context);
  if (stage === "connect") return told(client);
  const greeted = { ...client, helo: context.client.helo ?? context.client.ehlo ?? null };
  if (stage === "ehlo") return told(greeted);
  // Before AUTH has succeeded nobody is logged in, but may yet be.
  const login = context.sasl?.login ?? null;
  if (stage === "auth") return told(login === null ? greeted : { ...greeted, login });
  if (envelope === undefined) return { ok: false, error: `envelope: is missing at the stage ${stage}` };
  const sent = { ...greeted, login, envelopeFrom: pathFromInternal(envelope.from.address) };
  if (stage === "mail") return told(sent);
  const recipients = envelope.to.map(({ address }) => pathFromInternal(address));
  const last = recipients.at(-1);
  if (last === undefined) return { ok: false, error: `envelope.to: is empty at the stage ${stage}` };
  if (stage === "rcpt") return told({ ...sent, recipients: [last] });
  if (message === undefined) return { ok: false, error: "message: is missing at the stage data" };
  const read = readHookMessage(message, options);
  if (read === undefined) return { ok: false, error: "message.size: is less than the parts have octets" };
  return told({ ...sent, recipients, ...read });
}

/** Mail that comes to Stalwart by SMTP was submitted by no local user. */
function connection({ client }: Parsed["context"]): Partial<Facts> {
  return { localUser: null, client: { address: client.ip }, listener: "default" };
}

function sentenceOf(issue: z.core.$ZodIssue | undefined): string {
  const path = (issue?.path ?? []).map(String).join(".");
  return printable(`${path || "the request"}: ${issue?.message ?? "cannot be read"}`, 200);
}
