import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { spawnPinned } from "../pinned.js";
import type { ServerAddress } from "../question.js";
import { type Running, untilListening } from "../subject.js";

/** Folders that a user's PATH may lack. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin", "/usr/bin"];

/** Where a program is; undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  if (isAbsolute(name)) return isExecutable(name) ? name : undefined;
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Why a program cannot run here; undefined where it can. */
export function missingProgram(name: string): string | undefined {
  return findProgram(name) === undefined ? `${name} is not installed` : undefined;
}

/** Starts a program on the servers' core, and waits until it listens. */
export async function startProgram(name: string, args: readonly string[], address: ServerAddress): Promise<Running> {
  const program = findProgram(name);
  if (program === undefined) throw new Error(`${name} is not installed`);
  const child: ChildProcess = spawnPinned(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  return untilListening(child, address);
}

/** Whether a command succeeds. */
export function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "ignore" });
    child.once("exit", (code) => resolve(code === 0));
    child.once("error", () => resolve(false));
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
