import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { MAX_WAITING } from "../../src/serve/bounded-lines.js";
import { toAsciiJson } from "../../src/serve/log.js";
import { openLog } from "../../src/serve/open-log.js";
import { logOf } from "../support/log.js";
import { events } from "../support/running.js";
import { testIo } from "../support/test-io.js";

/** A log, and its last line as it was written. */
function lastLine(format: "json" | "text" = "json") {
  let last = "";
  const io = testIo({
    onOut: (line) => {
      last = line;
    },
  });
  return { log: logOf(io, { format }), written: () => last };
}

describe("the log", () => {
  it("writes one line of JSON an event, and leaves out what is not known", () => {
    vi.useFakeTimers({ now: 0, toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const io = testIo();
    const log = logOf(io);
    log.info("decision", { login: "bob", code: undefined, client: null });
    log.warn("rule-error");
    expect(io.out()).toBe(
      '{"level":"info","time":"1970-01-01T00:00:00.000Z","event":"decision","login":"bob","client":null}\n' +
        '{"level":"warn","time":"1970-01-01T00:00:00.000Z","event":"rule-error"}\n',
    );
  });

  it("goes on where nothing can be written", () => {
    const output = {
      isTerminal: false,
      columns: undefined,
      write: () => {
        throw new Error("EPIPE");
      },
    };
    expect(() => logOf({ ...testIo(), stdout: output }).info("decision")).not.toThrow();
  });

  it("goes on where the reader has gone while lines wait for him", async () => {
    const gone = Promise.reject(new Error("EPIPE"));
    const io = testIo({ onOut: () => gone });
    const log = logOf(io);
    log.info("decision");
    await gone.catch(() => undefined);
    log.info("decision");
    expect(events(io)).toHaveLength(2);
  });

  it("drops lines behind a reader that does not read, and says how many once he does", async () => {
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const io = testIo({ onOut: () => blocked });
    const log = logOf(io);
    const write = () => log.info("decision", { helo: "h".repeat(1000) });
    write();
    const room = Math.floor(MAX_WAITING / io.out().length);
    for (let count = 1; count < room + 5; count++) write();
    expect(events(io)).toHaveLength(room);
    release();
    await new Promise(setImmediate);
    log.info("ready");
    expect(events(io).slice(room)).toMatchObject([
      { level: "warn", event: "log-lines-dropped", count: 5 },
      { event: "ready" },
    ]);
  });

  it("cuts what a client made long, so that lines which wait stay small", () => {
    const io = testIo();
    const recipients = Array.from({ length: 10_000 }, () => "r".repeat(2000));
    logOf(io).info("decision", { helo: "h".repeat(1_000_000), recipients });
    expect(JSON.parse(io.out())).toMatchObject({
      helo: `${"h".repeat(1000)}...`,
      recipients: [...Array(20).fill(`${"r".repeat(1000)}...`), "..."],
    });
  });

  it("escapes whatever a client sent, so that it stays one line of printable ASCII that says the same", () => {
    const { log, written } = lastLine();
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string(), (text, name) => {
        const line = toAsciiJson({ text });
        expect(line).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.parse(line)).toEqual({ text });
        log.info("x", { text, list: [text], transaction: { [`.${name}`]: text } });
        expect(written()).toMatch(/^[\x20-\x7e]*\n$/);
        expect(JSON.parse(written())).toMatchObject({
          event: "x",
          text,
          list: [text],
          transaction: { [`.${name}`]: text },
        });
      }),
    );
  });

  it("in words is of printable ASCII, one line an event", () => {
    const { log, written } = lastLine("text");
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        log.info("x", { text, list: [text] });
        expect(written()).toMatch(/^[\x20-\x7e]*\n$/);
      }),
    );
  });

  it("has the fields of the process in every line", () => {
    const io = testIo();
    const log = openLog({ level: "warn", format: "json", destination: "stdout", redact: [], audit: true }, io, {
      worker: 2,
    });
    log.warn("rule-error");
    log.info("audit");
    log.info("decision");
    expect(events(io)).toMatchObject([
      { event: "rule-error", worker: 2 },
      { event: "audit", worker: 2 },
    ]);
  });

  it("takes lines of debug only where they are asked for", () => {
    const io = testIo();
    expect(logOf(io).debug).toBeUndefined();
    logOf(io, { level: "debug" }).debug?.("finding", { rule: "x" });
    expect(events(io)).toMatchObject([{ level: "debug", event: "finding", rule: "x" }]);
  });
});
