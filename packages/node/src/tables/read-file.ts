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

/**
 * Reads a regular file of at most `maxBytes` octets.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE`, one sentence that begins with the file
 */
export async function readRegularFile(file: string, maxBytes: number): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK the opening of a pipe waits for its writer.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (stat.isDirectory()) throw new Error(REASONS.EISDIR);
    if (!stat.isFile()) throw new Error("it is no regular file");
    if (stat.size > maxBytes) throw new Error(`it is larger than ${maxBytes} octets`);
    return await handle.readFile();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = (code === undefined ? undefined : REASONS[code]) ?? message;
    throw new FromguardError("FG_FILE_UNREADABLE", `it cannot be read: ${why}`, { place: { file }, cause });
  } finally {
    await handle?.close();
  }
}
