import { DEFAULT_CONFIG_FILE } from "../../config/config.js";

/** What every command takes that reads the configuration. */
export const CONFIG_OPTIONS = {
  config: {
    type: "string",
    value: "FILE",
    completes: "files",
    help: `the configuration; default $FROMGUARD_CONFIG, then ${DEFAULT_CONFIG_FILE}`,
  },
  set: {
    type: "string",
    multiple: true,
    value: "KEY=VALUE",
    help: "a key of the configuration over what the file and FROMGUARD_* say, such as log.level=warn; may stand several times",
  },
} as const;

/** For commands that scripts parse. */
export const JSON_OPTION = { json: { type: "boolean", help: "print one line of JSON" } } as const;
