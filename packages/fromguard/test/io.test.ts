import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { outputOf, processIo } from "../src/io.js";

describe("an output", () => {
  it("waits once for all who write behind a reader that does not read", async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const output = outputOf(stream);
    const idle = stream.listenerCount("drain");
    const waits = Array.from({ length: 100 }, () => output.write("line\n"));
    expect(stream.listenerCount("drain")).toBe(idle + 1);
    stream.resume();
    await Promise.all(waits);
    expect(stream.listenerCount("drain")).toBe(idle);
    await output.write("one more\n");
  });

  it("fails those who wait and those who come, once the reader has gone", async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const output = outputOf(stream);
    const wait = output.write("line\n");
    stream.destroy(new Error("EPIPE"));
    await expect(wait).rejects.toThrow("EPIPE");
    expect(() => output.write("line\n")).toThrow("EPIPE");
  });
});

it("SIGHUP asks to read again, until nobody listens any more", () => {
  let asked = 0;
  const before = process.listenerCount("SIGHUP");
  const end = processIo().onReloadRequested(() => {
    asked += 1;
  });
  process.emit("SIGHUP");
  end();
  expect([asked, process.listenerCount("SIGHUP")]).toEqual([1, before]);
});

describe("a process that something keeps up", () => {
  it("ends in the time that it is given, with its exit code", () => {
    vi.useFakeTimers();
    const exit = vi.spyOn(process, "exit").mockImplementation((() => undefined) as never);
    onTestFinished(() => {
      exit.mockRestore();
      vi.useRealTimers();
    });
    processIo().endWithin(5000);
    vi.advanceTimersByTime(4999);
    expect(exit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(exit.mock.calls).toEqual([[]]);
  });
});
