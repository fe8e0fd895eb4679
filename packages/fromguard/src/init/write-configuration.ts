import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { reasonOf } from "../config/config.js";
import { Exit, exitCodes } from "../exit-codes.js";

/**
 * Writes a new file, and its folder where there is none; with `force` it takes the place of one that is there, whole or not at all.
 *
 * @throws Exit 64 where it cannot be written
 */
export async function writeConfiguration(file: string, text: string, force: boolean): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    if (force) await replace(file, text);
    else await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    const why = isThere ? "it is there already; --force writes over it" : reasonOf(error);
    throw new Exit(exitCodes.usage, `${file} cannot be written: ${why}`);
  }
}

async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomUUID()}`;
  try {
    await writeFile(beside, text, { flag: "wx" });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
