import { join } from "node:path";
import { spawnPinned } from "../pinned.js";
import { type Subject, untilDaemonListens } from "../subject.js";
import { findProgram, missingProgram } from "./programs.js";

/**
 * The seed's login map in its words, which escape what stands beside a variable; its cache of requests is off, since no two mails
 * are alike.
 */
export const POSTFWD_RULES = `id=OWN; sender_domain==example.com; sender_localpart==$$sasl_username; action=DUNNO
id=EXTENDED; sender_domain==example.com; sender_localpart=~$$(sasl_username)+; action=DUNNO
id=REFUSE; action=553 5.7.1 Sender address rejected: not owned by user
`;

/** Both versions that Debian installs: one process, and a pool of them. */
export function postfwd(program: "postfwd1" | "postfwd2", folder: string): Subject {
  return {
    name: program,
    protocol: "policy",
    transports: ["tcp", "unix"],
    judgesLogins: true,
    missing: () => missingProgram(program),
    start: async (address) => {
      const where =
        "port" in address
          ? ["--interface", "127.0.0.1", "--port", String(address.port)]
          : ["--proto", "unix", "--port", address.path];
      const pidFile = join(folder, `${program}.pid`);
      const quiet = ["--cache", "0", "--nodns", "--norulelog", "--norulestats"];
      const as = ["--user", "root", "--group", "root", "--pidfile", pidFile];
      const own = program === "postfwd2" ? ["--cache_port", join(folder, "postfwd2-cache.sock")] : [];
      const args = ["--daemon", ...quiet, ...as, ...own, ...where, "--file", join(folder, "postfwd.cf")];
      spawnPinned(findProgram(program) ?? "", args, { stdio: "ignore" });
      return untilDaemonListens(pidFile, address);
    },
  };
}
