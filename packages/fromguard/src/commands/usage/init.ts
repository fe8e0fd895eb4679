import { DEFAULT_CONFIG_FILE } from "../../config/config.js";
import { DEFAULT_MAIN_CF } from "../../init/default-main-cf.js";
import type { Usage } from "./usage.js";

/** `fromguard init`. */
export const INIT = {
  summary: "write a configuration for the Postfix of this machine, and print how to connect it",
  about:
    "Write a configuration that protects the senders of a Postfix, from its main.cf, and print the lines that connect the two.",
  synopsis: ["init [--from MAIN_CF] [--service NAME] [--output FILE] [--force]"],
  options: {
    from: {
      type: "string",
      value: "MAIN_CF",
      completes: "files",
      help: `Postfix's configuration; default ${DEFAULT_MAIN_CF}`,
    },
    service: {
      type: "string",
      value: "NAME",
      help: "the service of the master.cf beside it in which users log in, such as submission, where services have login maps of their own",
    },
    output: {
      type: "string",
      value: "FILE",
      completes: "files",
      help: `where to write it; its folder is made; default ${DEFAULT_CONFIG_FILE}`,
    },
    force: { type: "boolean", help: "write over a file that is there" },
  },
  notes: [
    "smtpd_sender_login_maps says who owns which address. Where there is none, logins are taken for whole addresses where main.cf has virtual mailboxes, else for what stands before the @ in the domains of mydestination. The listeners are a policy service and a milter on loopback, on ports that Postfix's files do not name. Nothing is changed of Postfix.",
    "On a terminal it asks at most three questions, each with a default: which main.cf, how users log in, and whether to refuse or to look first. Elsewhere it takes the defaults. A file is written only if the configuration can be served: every map is opened.",
  ],
  examples: [
    "fromguard init",
    "fromguard init --from /etc/postfix/main.cf --output fromguard.yaml",
    "fromguard init --service submission --force",
  ],
} as const satisfies Usage;
