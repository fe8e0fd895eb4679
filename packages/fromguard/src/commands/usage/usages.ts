import { CHECK } from "./check.js";
import { COMPLETION, CONFIG, DEMO, SERVE } from "./daemon.js";
import { INIT } from "./init.js";
import { MAY, WHO } from "./ownership.js";
import { IMPORT, LINT, POSTMAP, REPLAY } from "./postfix.js";
import type { Usage } from "./usage.js";

/** Every command, in the order in which they are listed. */
const USAGES = {
  serve: SERVE,
  check: CHECK,
  who: WHO,
  may: MAY,
  config: CONFIG,
  lint: LINT,
  init: INIT,
  import: IMPORT,
  replay: REPLAY,
  postmap: POSTMAP,
  completion: COMPLETION,
  demo: DEMO,
} as const satisfies Readonly<Record<string, Usage>>;

/** The name of a command. */
export type CommandName = keyof typeof USAGES;

/** The same, where the differences between commands do not matter. */
export const ALL_USAGES: Readonly<Record<CommandName, Usage>> = USAGES;

/** What fromguard is, and where to begin. */
export const PROGRAM = {
  about: "fromguard answers one question wherever mail passes: may this login send as this address?",
  options: {
    "--help, -h": "this text; fromguard COMMAND --help tells more",
    "--version, -V": "the version",
  },
  examples: [
    "fromguard demo",
    "fromguard check --config fromguard.yaml --login bob --sender alice@example.com",
    "fromguard serve --config /etc/fromguard/fromguard.yaml",
  ],
  exitCodes: "64 wrong usage, 66 a file is missing, 78 an error in the configuration.",
} as const;
