import { execFileSync } from "node:child_process";
import { once } from "node:events";
import fs, { constants, openSync } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { MAX_WAITING } from "../../src/serve/bounded-lines.js";
import { LogFile } from "../../src/serve/log-file.js";
import { folderWith } from "../support/folder.js";
import { logOf } from "../support/log.js";
import { testIo } from "../support/test-io.js";

/** A file that is not opened yet, and what failed. */
async function logFile(files: Readonly<Record<string, string>> = {}) {
  const folder = await folderWith(files);
  const path = join(folder, "log");
  const faults: Error[] = [];
  const io = testIo();
  const file = new LogFile(path, (error) => faults.push(error), io.stderr);
  return { folder, path, file, faults, io };
}

describe("the file of a log", () => {
  it("is made so that others do not read it, whatever the umask, and begins with what was written before", async () => {
    const { path, file } = await logFile();
    const slow = file.write("early\n");
    const umask = process.umask(0o777);
    onTestFinished(() => void process.umask(umask));
    await file.open();
    await slow;
    void file.write("late\n");
    await file.close();
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readFile(path, "utf8")).toBe("early\nlate\n");
  });

  it("that is there keeps its mode and what it holds", async () => {
    const { path, file } = await logFile({ log: "before\n" });
    const { mode } = await stat(path);
    await file.open();
    void file.write("line\n");
    await file.close();
    expect((await stat(path)).mode).toBe(mode);
    expect(await readFile(path, "utf8")).toBe("before\nline\n");
  });

  it("is made anew under its name after it was renamed, and no line is lost", async () => {
    const { path, file } = await logFile();
    await file.open();
    const written: string[] = [];
    for (let round = 0; round < 4; round++) {
      for (let count = 0; count < 500; count++) {
        const line = `${round}.${count} ${"x".repeat(100)}\n`;
        written.push(line);
        void file.write(line);
      }
      if (round === 3) break;
      await rename(path, `${path}.${round}`);
      await file.open();
    }
    await file.close();
    const parts = await Promise.all(
      [`${path}.0`, `${path}.1`, `${path}.2`, path].map((part) => readFile(part, "utf8")),
    );
    expect(parts.join("")).toBe(written.join(""));
    expect(await readFile(path, "utf8")).toMatch(/^3\.0 /);
  });

  it("may be slow again and again", async () => {
    const { path, file } = await logFile();
    const warned = vi.fn();
    process.on("warning", warned);
    onTestFinished(() => void process.off("warning", warned));
    await file.open();
    const line = `${"x".repeat(20_000)}\n`;
    for (let count = 0; count < 30; count++) await file.write(line);
    await file.close();
    expect((await stat(path)).size).toBe(30 * line.length);
    expect(warned).not.toHaveBeenCalled();
  });

  it("that cannot be opened anew stays as it is", async () => {
    const { path, file } = await logFile();
    await file.open();
    await rename(path, `${path}.1`);
    await mkdir(path);
    await expect(file.open()).rejects.toThrow("EISDIR");
    await expect(file.open()).rejects.toThrow("EISDIR");
    void file.write("line\n");
    await file.close();
    expect(await readFile(`${path}.1`, "utf8")).toBe("line\n");
  });

  it("that cannot be opened at all says why", async () => {
    const { folder, io } = await logFile();
    const file = new LogFile(join(folder, "none/log"), () => undefined, io.stderr);
    await expect(file.open()).rejects.toThrow("ENOENT");
    await file.close();
  });

  it("that was never opened leaves what waits for it, and what comes behind, to another", async () => {
    const { file, io } = await logFile();
    const slow = file.write("early\n");
    await file.close();
    await slow;
    await file.write("late\n");
    expect(io.err()).toBe("early\nlate\n");
  });

  it("is written again a second after a write that failed, in order, and each failure is told once", async () => {
    const { path, file, faults } = await logFile();
    await file.open();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    const failing = vi
      .spyOn(fs, "write")
      .mockImplementation(((...asked: readonly unknown[]) => (asked.at(-1) as (error: Error) => void)(full)) as never);
    onTestFinished(() => failing.mockRestore());
    void file.write("one\n");
    void file.write("two\n");
    vi.advanceTimersByTime(3000);
    expect(faults).toEqual([full]);
    expect(failing.mock.calls.length).toBeGreaterThan(2);
    failing.mockRestore();
    vi.advanceTimersByTime(1000);
    await file.close();
    expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
  });

  it("that was replaced is not tried without end", async () => {
    const { path, file, faults } = await logFile();
    await writeFile(`${path}.full`, "");
    await file.open();
    const full = new Error("ENOSPC: no space left on device");
    const failing = vi
      .spyOn(fs, "write")
      .mockImplementation(((...asked: readonly unknown[]) => (asked.at(-1) as (error: Error) => void)(full)) as never);
    onTestFinished(() => failing.mockRestore());
    void file.write("lost\n");
    await rename(path, `${path}.1`);
    await file.open();
    failing.mockRestore();
    void file.write("kept\n");
    await file.close();
    expect(faults).toEqual([full]);
    expect(await readFile(path, "utf8")).toBe("kept\n");
  });

  it("that was replaced, or closed, while the disk was full is not written to once it closes", async () => {
    const { path, file, faults } = await logFile();
    await file.open();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const full = new Error("ENOSPC: no space left on device");
    const writing = vi
      .spyOn(fs, "write")
      .mockImplementation(((...asked: readonly unknown[]) => (asked.at(-1) as (error: Error) => void)(full)) as never);
    const syncs: (() => void)[] = [];
    const syncing = vi
      .spyOn(fs, "fsync")
      .mockImplementation(((_: number, done: () => void) => syncs.push(done)) as never);
    onTestFinished(() => {
      writing.mockRestore();
      syncing.mockRestore();
    });
    void file.write("lost\n");
    await rename(path, `${path}.1`);
    await file.open();
    expect([syncs.length, vi.getTimerCount()]).toEqual([1, 0]);
    void file.write("lost\n");
    const closed = file.close();
    vi.advanceTimersByTime(5000);
    await closed;
    expect([syncs.length, vi.getTimerCount()]).toEqual([2, 0]);
    vi.advanceTimersByTime(5000);
    expect(faults).toEqual([full, full]);
    for (const done of syncs) done();
  });

  it("drops lines behind a reader that does not read, and says how many once he does", async () => {
    const { path } = await logFile();
    execFileSync("mkfifo", [path]);
    const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const log = logOf(testIo(), { destination: path });
    await log.open();
    const most = Math.ceil(MAX_WAITING / 1000) + 1000;
    for (let count = 0; count < most; count++) log.info("decision", { count, helo: "h".repeat(1000) });
    const reader = new Socket({ fd: reading, readable: true, writable: false }).setEncoding("utf8");
    const chunks: string[] = [];
    reader.on("data", (chunk: string) => {
      chunks.push(chunk);
      if (chunks.slice(-2).join("").includes("log-lines-dropped")) void log.close();
    });
    await once(reader, "close");
    const lines = chunks
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const dropped = lines.find(({ event }) => event === "log-lines-dropped");
    const kept = lines.filter(({ event }) => event === "decision").map(({ count }) => count);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => index));
    expect(dropped.count).toBe(most - kept.length);
    expect(dropped.count).toBeGreaterThan(0);
  });
});
