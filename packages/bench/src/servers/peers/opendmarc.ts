import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Subject } from "../subject.js";
import { findProgram, missingProgram, startProgram } from "./programs.js";
import { milterSocket } from "./python-milter.js";

/** It judges alignment with what SPF and DKIM found, no logins; its questions go to a name server of ours that knows nothing. */
export function opendmarc(folder: string, nameServer: string): Subject {
  return {
    name: "opendmarc, no policy in DNS",
    protocol: "milter",
    transports: ["tcp", "unix"],
    judgesLogins: false,
    missing: () => missingProgram("opendmarc") ?? missingProgram("unshare"),
    start: async (address) => {
      const file = join(folder, "opendmarc.conf");
      await writeFile(
        file,
        `Socket ${milterSocket(address)}\nSyslog false\nRejectFailures false\nUserID root\nBackground false\n`,
      );
      const resolv = join(folder, "resolv.conf");
      await writeFile(resolv, `nameserver ${nameServer}\n`);
      const inside = 'mount --bind "$1" /etc/resolv.conf && exec "$2" -f -c "$3"';
      const program = findProgram("opendmarc") ?? "";
      return startProgram("unshare", ["--mount", "sh", "-c", inside, "sh", resolv, program, file], address);
    },
  };
}
