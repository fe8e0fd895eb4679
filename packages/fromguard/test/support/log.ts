import { type LogSettings, logSchema } from "../../src/config/log-schema.js";
import { type OpenedLog, openLog } from "../../src/serve/open-log.js";
import type { TestIo } from "./test-io.js";

/** The log of a daemon that is configured so; default: JSON on standard output. */
export function logOf(io: TestIo, settings: Partial<LogSettings> = {}): OpenedLog {
  return openLog({ ...logSchema.parse({}), ...settings }, io);
}
