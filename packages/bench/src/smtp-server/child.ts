// A server of nodemailer's smtp-server that throws away what it accepts: `smtp-child.js bare|guarded`. Tells its port, and what it used when asked.
import type { AddressInfo } from "node:net";
import { resourceUsage } from "node:process";
import type { Readable } from "node:stream";
import {
  createGuard,
  headerOriginatorsOwned,
  loginMap,
  loginOwnsEnvelope,
  pcreTable,
  requireFqdn,
} from "@fromguard/core";
import { guardHooks } from "@fromguard/smtp-server";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { SEED_PATTERN } from "../subjects.js";
import type { Usage } from "./subject.js";

async function drain(message: Readable): Promise<void> {
  for await (const _chunk of message);
}

/** The scenario that everything began with, and the header. */
function guarded(): SMTPServerOptions {
  const { table } = pcreTable(`/${SEED_PATTERN}/ $1\n`, { file: "senders" });
  const ownership = loginMap({ tables: [table] });
  const rules = [requireFqdn(), loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })];
  return guardHooks({ guard: createGuard({ rules }), deliver: drain });
}

const bare: SMTPServerOptions = {
  onMailFrom: (_address, _session, done) => done(),
  onData: (message, _session, done) => {
    drain(message).then(() => done(), done);
  },
};

const server = new SMTPServer({
  disabledCommands: ["STARTTLS"],
  disableReverseLookup: true,
  onAuth: ({ username = "" }, _session, done) => done(null, { user: username }),
  ...(process.argv[2] === "guarded" ? guarded() : bare),
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.server.address() as AddressInfo).port }));

process.on("message", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = resourceUsage();
  const usage: Usage = { cpuMicros: userCPUTime + systemCPUTime, peakMegabytes: maxRSS / 1024 };
  process.send?.(usage);
});
process.on("disconnect", () => process.exit());
