import { join } from "node:path";
import type { Subject } from "../subject.js";
import { missingProgram, startProgram } from "./programs.js";

/** The seed's login map in its words; its cache of whole requests is off, since no two mails are alike. */
export const POSTFWD_RULES = `id=OWN; sasl_username=~^.+$; sender=~^$$(sasl_username)(\\+[^@]*)?@example\\.com$; action=DUNNO
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
    start: (address) => {
      const where =
        "port" in address
          ? ["--interface", "127.0.0.1", "--port", String(address.port)]
          : ["--proto", "unix", "--interface", "127.0.0.1", "--port", address.path];
      const quiet = ["--nodaemon", "--cache", "0", "--nodns", "--norulelog", "--norulestats"];
      const as = ["--user", "root", "--group", "root", "--pidfile", join(folder, `${program}.pid`)];
      return startProgram(program, [...quiet, ...as, ...where, "--file", join(folder, "postfwd.cf")], address);
    },
  };
}
