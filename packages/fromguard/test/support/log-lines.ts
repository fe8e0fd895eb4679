import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { onTestFinished } from "vitest";

type Line = Readonly<Record<string, unknown>>;

/** The lines of a file, once so many of them have this event. */
export async function linesWith(file: string, event: string, count = 1): Promise<readonly Line[]> {
  const read = async () => (await readFile(file, "utf8").catch(() => "")).split("\n").slice(0, -1);
  const found = async () => {
    const lines: readonly Line[] = (await read()).map((line) => JSON.parse(line));
    return lines.filter((line) => line.event === event).length >= count ? lines : undefined;
  };
  return await new Promise((resolve, reject) => {
    const look = () => void found().then((lines) => lines && resolve(lines), reject);
    const watcher = watch(dirname(file), look);
    onTestFinished(() => watcher.close());
    look();
  });
}
