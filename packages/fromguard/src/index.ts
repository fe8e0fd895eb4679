export { type Config, DEFAULT_CONFIG_FILE, parseConfig, readConfig } from "./config/config.js";
export { type BuildOptions, buildPolicy, type Policy } from "./config/policy.js";
export { type DemoOptions, runDemo } from "./demo/demo.js";
export { type ExitCode, exitCodes } from "./exit-codes.js";
export { type Io, type Output, processIo } from "./io.js";
export { main } from "./main.js";
export { type Daemon, type RunningListener, startDaemon } from "./serve/daemon.js";
export { jsonLog, type Log, type LogFields } from "./serve/log.js";
