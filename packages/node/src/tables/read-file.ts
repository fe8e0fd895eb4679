import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { FromguardError } from "@fromguard/core";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links go in a circle",
};

/** How often a file that is written to while it is read is read again. */
const MAX_ATTEMPTS = 5;

/**
 * Reads a regular file of at most `maxBytes` octets; again, where somebody writes to it meanwhile.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE`, one sentence that begins with the file
 */
export async function readRegularFile(file: string, maxBytes: number): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK the opening of a pipe waits for its writer.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    let before = await handle.stat();
    if (before.isDirectory()) throw new Error(REASONS.EISDIR);
    if (!before.isFile()) throw new Error("it is no regular file");
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (before.size > maxBytes) throw new Error(`it is larger than ${maxBytes} octets`);
      const octets = Buffer.alloc(before.size);
      const { bytesRead } = await handle.read(octets, 0, octets.length, 0);
      const after = await handle.stat();
      if (bytesRead === after.size && after.mtimeMs === before.mtimeMs) return octets;
      before = after;
    }
    throw new Error("it changes all the time");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = (code === undefined ? undefined : REASONS[code]) ?? message;
    throw new FromguardError("FG_FILE_UNREADABLE", `it cannot be read: ${why}`, { place: { file }, cause });
  } finally {
    await handle?.close();
  }
}
