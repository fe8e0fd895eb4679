import { execFile } from "node:child_process";
import { promisify } from "node:util";

const MAX_MS = 120_000;
const MAX_OUTPUT = 16 * 1024 * 1024;

const execute = promisify(execFile);

/** What a program prints; throws with all that it printed where it fails. */
export async function run(program, args, cwd) {
  try {
    return (await execute(program, args, { cwd, timeout: MAX_MS, maxBuffer: MAX_OUTPUT })).stdout.trim();
  } catch (error) {
    throw new Error(`${program}: ${error.message}\n${error.stdout ?? ""}${error.stderr ?? ""}`);
  }
}
