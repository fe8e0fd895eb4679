import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnPinned } from "../pinned.js";
import { listenText } from "../question.js";
import { type Subject, untilListening } from "../subject.js";
import { findProgram, missingProgram } from "./programs.js";

/** It looks no SPF record up for this client: what is measured is the least that a request costs it. */
export const POLICYD_SPF_CONF = `debugLevel = -1
TestOnly = 1
HELO_reject = False
Mail_From_reject = False
skip_addresses = 198.51.100.0/24
`;

/** A process for each connection, as Postfix's spawn(8) starts it. */
export function policydSpf(folder: string): Subject {
  return {
    name: "policyd-spf, client exempt",
    protocol: "policy",
    transports: ["tcp", "unix"],
    judgesLogins: false,
    missing: () => missingProgram("policyd-spf"),
    start: (address) => {
      const script = fileURLToPath(new URL("./spawner.js", import.meta.url));
      const command = [findProgram("policyd-spf") ?? "", join(folder, "policyd-spf.conf")];
      const child = spawnPinned(process.execPath, [script, listenText(address), ...command], {
        stdio: ["ignore", "inherit", "inherit"],
      });
      return untilListening(child, address);
    },
  };
}
