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
