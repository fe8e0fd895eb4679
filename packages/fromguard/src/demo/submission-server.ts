import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Guard } from "@fromguard/core";
import { guardHooks, type HooksEvent } from "@fromguard/smtp-server";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { USERS } from "./scenario.js";

/** A submission server on a port of the loopback address. */
export interface SubmissionServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts nodemailer's smtp-server with the guard in it. Everybody must log in; what is accepted is thrown away. There is no
 * TLS, since nothing leaves the machine.
 */
export async function startSubmissionServer(
  guard: Guard,
  onEvent: (event: HooksEvent<SMTPServerSession>) => void,
): Promise<SubmissionServer> {
  const server = new SMTPServer({
    name: "demo.fromguard.test",
    authMethods: ["PLAIN"],
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    onAuth: ({ username = "", password }, _session, callback) => {
      if (Object.hasOwn(USERS, username) && USERS[username] === password) callback(null, { user: username });
      else callback(null, { message: "5.7.8 Wrong user or password" });
    },
    ...guardHooks<SMTPServerSession>({
      guard,
      deliver: async (message) => {
        for await (const _chunk of message);
        return "2.0.0 Accepted";
      },
      onEvent,
    }),
  });
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    port: (listening.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
