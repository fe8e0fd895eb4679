import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonLog, toAsciiJson } from "../../src/serve/log.js";
import { testIo } from "../support/test-io.js";

describe("the log", () => {
  it("writes one line of JSON an event, and leaves out what is not known", () => {
    const io = testIo();
    const log = jsonLog(io.stdout, () => new Date(0));
    log.info("decision", { login: "bob", code: undefined, client: null });
    log.warn("rule-error");
    expect(io.out()).toBe(
      '{"time":"1970-01-01T00:00:00.000Z","level":"info","event":"decision","login":"bob","client":null}\n' +
        '{"time":"1970-01-01T00:00:00.000Z","level":"warn","event":"rule-error"}\n',
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
    expect(() => jsonLog(output).info("decision")).not.toThrow();
  });

  it("drops lines behind a reader that does not read, and says how many", async () => {
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const io = testIo({ onOut: () => blocked });
    const log = jsonLog(io.stdout, () => new Date(0));
    for (let count = 0; count < 10_005; count++) log.info("decision");
    release();
    await blocked;
    await new Promise(setImmediate);
    log.info("decision");
    const lines = io.out().trimEnd().split("\n");
    expect(lines).toHaveLength(10_002);
    expect(JSON.parse(lines.at(-2) ?? "")).toMatchObject({ event: "log-lines-dropped", count: 5 });
  });

  it("cuts what a client made long, so that lines which wait stay small", () => {
    const io = testIo();
    const recipients = Array.from({ length: 10_000 }, () => "r".repeat(2000));
    jsonLog(io.stdout).info("decision", { helo: "h".repeat(1_000_000), recipients });
    expect(JSON.parse(io.out())).toMatchObject({
      helo: `${"h".repeat(1000)}...`,
      recipients: [...Array(20).fill(`${"r".repeat(1000)}...`), "..."],
    });
  });

  it("escapes whatever a client sent, so that it stays one line of printable ASCII that says the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const line = toAsciiJson({ text });
        expect(line).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.parse(line)).toEqual({ text });
      }),
    );
  });
});
