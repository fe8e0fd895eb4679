import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createGuard, type Rule } from "@fromguard/core";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { type GuardHooksOptions, guardHooks, type HooksEvent, type SmtpSession } from "../../src/index.js";
import { RawClient } from "./raw-client.js";

interface Delivery {
  readonly octets: string;
  readonly session: SmtpSession;
}

// smtp-server greets after 100 ms: the cases run side by side, each with a server of its own.
const cleanUps: (() => Promise<void> | void)[] = [];
/** Closes every server and client that was made. */
export async function closeAll(): Promise<void> {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
}

/** A server with the hooks, what it delivered and was told, and clients for it. */
export async function serve(
  rules: readonly Rule[],
  options: Partial<GuardHooksOptions> = {},
  server: Partial<SMTPServerOptions> = {},
) {
  const delivered: Delivery[] = [];
  const events: HooksEvent[] = [];
  const hooks = guardHooks({
    guard: createGuard({ rules }),
    deliver: async (message, session) => {
      delivered.push({ octets: (await buffer(message)).toString("latin1"), session });
    },
    onEvent: (event) => events.push(event),
    ...options,
  });
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    onAuth: (auth, _session, done) => done(null, { user: auth.username }),
    ...hooks,
    ...server,
  });
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => new Promise<void>((resolve) => smtp.close(() => resolve())));
  const { port } = smtp.server.address() as AddressInfo;
  const open = async (user?: string) => {
    const client = await RawClient.open(port, user);
    cleanUps.push(() => client.close());
    return client;
  };
  return { delivered, events, open };
}
