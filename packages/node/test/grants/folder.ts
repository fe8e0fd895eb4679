import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder for the files of one test. */
export class Folder {
  private constructor(readonly path: string) {}

  static async make(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), "fg-grants-")));
  }

  /** Writes a file, with a time of its own where one is given: clocks are coarse. */
  async put(name: string, content: string | Uint8Array, time?: number): Promise<string> {
    const file = join(this.path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    if (time !== undefined) await utimes(file, time, time);
    return file;
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true });
  }
}
