import type { LocalMailOf, LocalRefusal } from "@fromguard/milter";
import { DEFAULT_MAX_CONNECTIONS, parseListenAddress, type UnixSocketAccess } from "@fromguard/node";
import { z } from "zod";
import { httpKeys } from "./http-schema.js";
import { text } from "./values.js";

const address = text.superRefine((value, context) => {
  const fault = faultOfAddress(value);
  if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
});

function faultOfAddress(value: string): string | undefined {
  try {
    parseListenAddress(value);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A user or group of the system. */
export const nameOrId = z.union([text, z.int().min(0).max(0xffff_fffe)], "must be a name or a number");

/** Who may use a unix socket: keys that stand beside its address. */
const access = {
  mode: z
    .custom<string>(
      (value) => typeof value === "string" && /^0?[0-7]{3}$/.test(value),
      'must be octal text in quotes, such as "0660"',
    )
    .transform((digits) => Number.parseInt(digits, 8))
    .meta({ type: "string", pattern: "^0?[0-7]{3}$" })
    .optional()
    .describe('Permission bits of a unix socket in octal, in quotes. Default "0660".'),
  owner: nameOrId.optional().describe("Of a unix socket. Default: the user of the process."),
  group: nameOrId.optional().describe("Of a unix socket. Default: the group of the process."),
};

const common = {
  shadow: z.boolean().default(false).describe("Decide and log everything that comes here, refuse and change nothing."),
  "max-connections": z
    .int()
    .min(1)
    .max(1_000_000)
    .default(DEFAULT_MAX_CONNECTIONS)
    .describe("Connections open at one time, of all workers together; one more is closed at once."),
};

const remote = {
  "allow-remote": z.boolean().default(false).describe("It is meant that others can reach the address."),
};

type Access = { readonly [Key in keyof typeof access]?: z.output<(typeof access)[Key]> };

/** The access that an entry sets. */
export function accessOf({ mode, owner, group }: Access): UnixSocketAccess {
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  };
}

/** Refuses keys of a unix socket where the address makes none. */
function refuseAccess(entry: Access, where: string, context: z.RefinementCtx): void {
  if (faultOfAddress(where) !== undefined || parseListenAddress(where).kind === "unix") return;
  for (const key of ["mode", "owner", "group"] as const) {
    if (entry[key] === undefined) continue;
    context.addIssue({ code: "custom", path: [key], message: "is for a unix:/PATH that is made here" });
  }
}

/** Refuses an address that others can reach, unless that was said to be meant. */
function refuseRemote(isMeant: boolean | undefined, where: string, context: z.RefinementCtx, key: string): void {
  if (isMeant === true || faultOfAddress(where) !== undefined || isLoopback(where)) return;
  const message = "it asks no password, and others can reach this address: write allow-remote: true if that is meant";
  context.addIssue({ code: "custom", path: [key], message });
}

/** A socket of systemd may be reached by anybody. */
function isLoopback(text: string): boolean {
  const address = parseListenAddress(text);
  if (address.kind !== "tcp") return address.kind === "unix";
  return /^(?:127\.[\d.]+|::1|localhost)$/.test(address.host);
}

/** An address alone, or `{ listen: ADDRESS, allow-remote: true }`. */
export const metricsSchema = z.preprocess(
  (value) => (typeof value === "string" ? { listen: value } : value),
  z
    .strictObject({
      listen: address.describe("HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd:NAME."),
      ...remote,
      ...access,
    })
    .superRefine((entry, context) => {
      refuseRemote(entry["allow-remote"], entry.listen, context, "listen");
      refuseAccess(entry, entry.listen, context);
    }),
);

/** Never `reject`: that becomes a bounce to the sender that may be forged. */
const LOCAL_MAIL = ["postfix", "sendmail"] as const satisfies readonly LocalMailOf[];
const REFUSED_LOCAL_MAIL = ["quarantine", "defer", "discard"] as const satisfies readonly LocalRefusal[];

/** Kinds of listeners: the key holds the address, `HOST:PORT`, `[IPV6]:PORT`, `unix:/PATH` or `systemd:NAME`. */
export const listenerSchemas = {
  policy: z
    .strictObject({
      policy: address.describe("For check_policy_service: HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd:NAME."),
      contexts: z
        .record(text, z.array(z.unknown()).min(1))
        .optional()
        .describe("Rules for each policy_context, which is then one of these; without one, rules hold."),
      ...common,
      ...access,
    })
    .superRefine((entry, context) => refuseAccess(entry, entry.policy, context)),
  milter: z
    .strictObject({
      milter: address.describe("For smtpd_milters: HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd:NAME."),
      "local-mail": z.enum(LOCAL_MAIL).default("postfix").describe("Whose local submissions are recognised."),
      "refused-local-mail": z
        .enum(REFUSED_LOCAL_MAIL)
        .default("quarantine")
        .describe("What becomes of mail from sendmail that a rule refuses."),
      ...common,
      ...access,
    })
    .superRefine((entry, context) => refuseAccess(entry, entry.milter, context)),
  /** An address that others can reach needs TLS with tokens or certificates of clients, or `allow-remote: true`. */
  http: z
    .strictObject({
      http: address.describe("For the JSON API: HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd:NAME."),
      ...httpKeys,
      ...remote,
      ...common,
      ...access,
    })
    .superRefine((entry, context) => {
      const { tls } = entry;
      const isClosed = tls !== undefined && (entry.tokens !== undefined || tls["client-ca"] !== undefined);
      refuseRemote(entry["allow-remote"] || isClosed, entry.http, context, "http");
      if (
        tls !== undefined &&
        faultOfAddress(entry.http) === undefined &&
        parseListenAddress(entry.http).kind === "unix"
      )
        context.addIssue({ code: "custom", path: ["tls"], message: "is for an address of the network" });
      refuseAccess(entry, entry.http, context);
    }),
} as const;
