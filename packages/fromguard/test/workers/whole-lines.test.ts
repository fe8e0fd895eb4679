import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { passWholeLines } from "../../src/workers/whole-lines.js";
import { testIo } from "../support/test-io.js";

describe("lines of workers", () => {
  it("are passed on whole, however they come, and the last one with its end", async () => {
    const written: string[] = [];
    const { stdout } = testIo({ onOut: (text) => void written.push(text) });
    const worker = new PassThrough();
    const passed = passWholeLines(worker, stdout);
    for (const octet of Buffer.from("ab\n\u00e9\n")) worker.write(Uint8Array.of(octet));
    worker.end("cd\nef\ngh");
    await passed;
    expect(written.every((text) => text.endsWith("\n"))).toBe(true);
    expect(written.join("")).toBe("ab\n\u00e9\ncd\nef\ngh\n");
  });

  it("are read no faster than they can be written", async () => {
    const gates: (() => void)[] = [];
    const { stdout } = testIo({ onOut: () => new Promise<void>((resolve) => gates.push(resolve)) });
    const worker = new PassThrough({ highWaterMark: 4 });
    const passed = passWholeLines(worker, stdout);
    const isTaken = worker.write("ab\n") && worker.write("cd\n") && worker.write("ef\n") && worker.write("gh\n");
    expect(isTaken).toBe(false);
    worker.end();
    let ended = false;
    void passed.then(() => {
      ended = true;
    });
    while (!ended) {
      gates.shift()?.();
      await new Promise(setImmediate);
    }
  });

  it("go on where they cannot be written", async () => {
    const { stdout } = testIo({
      onOut: () => {
        throw new Error("EPIPE");
      },
    });
    const worker = new PassThrough();
    worker.end("ab\n");
    await expect(passWholeLines(worker, stdout)).resolves.toBeUndefined();
  });
});
