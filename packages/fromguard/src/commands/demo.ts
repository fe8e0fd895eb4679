import { runDemo } from "../demo/demo.js";
import type { ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import { readOptions } from "./options.js";
import { DEMO } from "./usage/daemon.js";

/** `fromguard demo`: what `npm start` runs. */
export async function demo(args: readonly string[], io: Io): Promise<ExitCode> {
  readOptions("demo", args, DEMO.options);
  return await runDemo(io);
}
