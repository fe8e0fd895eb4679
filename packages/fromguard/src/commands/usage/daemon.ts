import { DEFAULT_CONFIG_FILE } from "../../config/config.js";
import { DEFAULT_USERS } from "../../serve/drop-privileges.js";
import { CONFIG_OPTIONS } from "./config-options.js";
import type { Usage } from "./usage.js";

/** `fromguard serve`. */
export const SERVE = {
  summary: "run the listeners of the configuration, for an MTA to ask",
  about: "Run the listeners of the configuration until SIGTERM or SIGINT.",
  synopsis: ["serve [--config FILE] [--set KEY=VALUE]... [--user USER] [--group GROUP]"],
  options: {
    ...CONFIG_OPTIONS,
    user: {
      type: "string",
      value: "USER",
      help: `who the daemon becomes where it is started as root, over user: of the configuration; default ${DEFAULT_USERS.join(", then ")}; root stays root`,
    },
    group: { type: "string", value: "GROUP", help: "the group that it has then; default that of the user" },
  },
  notes: [
    "All listeners start, or none. Each decision is logged as one line. The configuration and every file that it names are read again when one of them changes, or at SIGHUP, and take the place of the old ones together. Where one is broken or gone by then, all stay as they were, and the log says so: map-kept, config-kept, with file, line and cause.",
    `A configuration for Postfix:
  listeners:
    - policy: 127.0.0.1:10040        # check_policy_service inet:127.0.0.1:10040
    - milter: 127.0.0.1:10041        # smtpd_milters = inet:127.0.0.1:10041
  ownership:
    - login-map: pcre:/etc/postfix/sender_login_maps`,
    "Without rules: and preset: the preset submission holds: sender-fqdn, domain-exists, login-owns-envelope, header-originators-owned.",
  ],
  examples: [
    `fromguard serve --config ${DEFAULT_CONFIG_FILE}`,
    "fromguard serve --set preset=audit",
    "fromguard serve --user fromguard",
    "FROMGUARD_LOG_LEVEL=warn fromguard serve",
  ],
} as const satisfies Usage;

/** `fromguard config`. */
export const CONFIG = {
  summary: "check the configuration, or show what is in force and where each value came from",
  about: "Check the configuration, show what is in force and where each value came from, or print its JSON Schema.",
  synopsis: [
    "config check [--set KEY=VALUE]... [--json] [FILE]",
    "config show [--set KEY=VALUE]... [--json] [FILE]",
    "config schema",
  ],
  options: {
    ...CONFIG_OPTIONS,
    json: { type: "boolean", help: "print one line of JSON" },
  },
  operand: ["check", "show", "schema"],
  notes: [
    "check tells every fault with file, line, column and the nearest valid key, and opens the maps and grants, but no port; what the policy leaves open is a warning. show prints the configuration with a comment at each value: the line of the file, the variable, the flag, the preset, or default. schema prints what editors complete and check by.",
    "A key of the configuration is a variable too: log.level is FROMGUARD_LOG_LEVEL. Values are YAML, lists and maps in flow style. --set goes before variables, variables before the file, the file before its preset.",
  ],
  examples: [
    "fromguard config check",
    "fromguard config check --set preset=audit fromguard.yaml",
    "fromguard config show --json | jq .values",
    `FROMGUARD_LISTENERS='[{ milter: "127.0.0.1:10041" }]' fromguard config show`,
  ],
  exitCodes: "0 no fault, 78 a fault.",
} as const satisfies Usage;

/** `fromguard completion`. */
export const COMPLETION = {
  summary: "print what completes commands and options in bash, zsh or fish",
  about: "Print what completes commands and options in a shell.",
  synopsis: ["completion bash|zsh|fish"],
  options: {},
  operand: ["bash", "zsh", "fish"],
  examples: [
    'eval "$(fromguard completion bash)"',
    "fromguard completion bash > /usr/share/bash-completion/completions/fromguard",
    "fromguard completion zsh > /usr/local/share/zsh/site-functions/_fromguard",
    "fromguard completion fish > ~/.config/fish/completions/fromguard.fish",
  ],
} as const satisfies Usage;

/** `fromguard demo`. */
export const DEMO = {
  summary: "watch it refuse forged senders, on this machine alone",
  about:
    "Start a submission server with the guard in it, send it honest mail and forgeries over SMTP, and show what became of each.",
  synopsis: ["demo"],
  options: {},
  notes: [
    "The policy, milter and HTTP listeners run beside it and are asked the same. Everything stays on loopback, on ports that the system chooses. On a terminal the listeners stay up afterwards, and the lines that connect a Postfix are printed.",
  ],
  examples: ["fromguard demo"],
  exitCodes: "0 every message got the answer it should, 1 one did not.",
} as const satisfies Usage;
