import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnPinned } from "../pinned.js";
import { listenText } from "../question.js";
import { ENVELOPE_RULES, HEADER_RULE, LOGIN_MAP } from "../seed.js";
import { type Protocol, type Subject, untilListening } from "../subject.js";

/** `fromguard serve` with the seed's policy: a log line for each decision, as in production, here to nowhere. */
export function daemon(protocol: Protocol, folder: string, nameServer: string | undefined): Subject {
  return {
    name: "fromguard serve",
    protocol,
    transports: ["tcp", "unix"],
    judgesLogins: true,
    missing: () =>
      nameServer === undefined ? "its name server needs port 53 of a loopback address: run as root" : undefined,
    start: async (address) => {
      const rules = protocol === "policy" ? ENVELOPE_RULES : [...ENVELOPE_RULES, HEADER_RULE];
      const map = join(folder, "senders");
      await writeFile(map, LOGIN_MAP);
      const config = {
        listeners: [{ [protocol]: listenText(address) }],
        dns: { servers: [nameServer] },
        ownership: [{ "login-map": `pcre:${map}` }],
        rules,
        // The folder is root's alone.
        user: "root",
      };
      const file = join(folder, `${protocol}.yaml`);
      // JSON is YAML.
      await writeFile(file, JSON.stringify(config));
      const cli = fileURLToPath(new URL("../../fromguard/dist/cli.js", import.meta.url));
      const child = spawnPinned(process.execPath, [cli, "serve", "--config", file], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      return untilListening(child, address);
    },
  };
}
