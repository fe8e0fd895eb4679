import { createGuard, pass, rule, unknown } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { checkBatch } from "../../src/commands/batch.js";
import { main } from "../../src/main.js";
import { scenarioConfig } from "../support/scenario.js";
import { testIo } from "../support/test-io.js";

const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const guard = createGuard({ rules: [rule("accepts", ["envelopeFrom"], () => pass())] });

describe("check --batch", () => {
  it("answers each transaction in order, and 0", async () => {
    const { config } = await scenarioConfig();
    const letter = Buffer.from("From: alice@example.com\r\n\r\nHi\r\n").toString("base64");
    const transactions = [
      { login: "bob", envelopeFrom: "bob@example.com" },
      { login: "bob", envelopeFrom: "alice@example.com" },
      { login: "bob", envelopeFrom: "bob@example.com", message: letter },
      { login: "bob", envelopeFrom: "", headers: [["From", " alice@example.com"]] },
    ];
    const io = testIo({ stdin: transactions.map((one) => `${JSON.stringify(one)}\n`).join("") });
    expect(await main(["check", "--config", config, "--batch"], io)).toBe(0);
    expect(lines(io.out()).map(({ action, code }) => [action, code])).toEqual([
      ["accept", "ok"],
      ["reject", "envelope-not-owned"],
      ["reject", "from-not-owned"],
      ["reject", "from-not-owned"],
    ]);
  });

  it("says what could not be seen in a list of fields", async () => {
    const { config } = await scenarioConfig();
    const transaction = { login: "bob", envelopeFrom: "bob@example.com", headers: [["From", " bob@example.com"]] };
    const io = testIo({ stdin: JSON.stringify(transaction) });
    await main(["check", "--config", config, "--batch"], io);
    expect(lines(io.out())[0].blindTo).toContain("header-whitespace-line");
  });

  it.each([
    ["no JSON", "{", "the line is not JSON"],
    ["no object", "[]", "a transaction must be an object, not an array of 0"],
    ["an empty line", "", "the line is not JSON"],
    ["an unknown key", '{"sender": "a@b"}', "sender: unknown key; did you mean envelopeFrom?"],
    ["a line over the limit", `"${"x".repeat(200)}"`, "the line is over the limit of 100 octets"],
    ["octets that are no UTF-8", "\xff", "the line is not UTF-8"],
  ])("a line that is no transaction answers an error and makes it 65: %s", async (_what, line, error) => {
    const good = '{"envelopeFrom": "a@b"}\n';
    const stdin = (async function* () {
      yield Buffer.from(`${good}${line}\n${good}`, "latin1");
    })();
    const io = testIo({ stdin });
    expect(await checkBatch(guard, io, { maxLine: 100 })).toBe(65);
    const answers = lines(io.out());
    expect([answers[0].action, answers[1], answers[2].action]).toEqual(["accept", { error }, "accept"]);
  });

  it("nothing in, nothing out, and 0", async () => {
    const io = testIo();
    expect([await checkBatch(guard, io), io.out()]).toEqual([0, ""]);
  });

  it("where no rule has its facts, the answer is a deferral", async () => {
    const io = testIo({ stdin: "{}\n" });
    expect(await checkBatch(guard, io)).toBe(0);
    expect(lines(io.out())[0]).toMatchObject({
      action: "defer",
      code: "fact-missing",
      notRun: [{ rule: "accepts", missing: ["envelopeFrom"] }],
    });
  });

  it("answers in order though a later one is ready first", async () => {
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slowFirst = createGuard({
      rules: [
        rule("slow-first", ["login"], ({ login }) => {
          if (login === "second") release();
          return login === "first" ? slow.then(() => unknown("slow", "was slow")) : pass();
        }),
      ],
    });
    const io = testIo({ stdin: '{"login": "first"}\n{"login": "second"}\n' });
    await checkBatch(slowFirst, io);
    expect(lines(io.out()).map(({ code }) => code)).toEqual(["slow", "ok"]);
  });

  it("answers a line before the next one comes", async () => {
    let answered: () => void = () => undefined;
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const stdin = (async function* () {
      yield Buffer.from('{"envelopeFrom": "a@b"}\n');
      await answer;
      yield Buffer.from('{"envelopeFrom": "a@b"}\n');
    })();
    const io = testIo({ stdin, onOut: () => answered() });
    expect(await checkBatch(guard, io)).toBe(0);
    expect(lines(io.out())).toHaveLength(2);
  });

  it("ends, with nothing more to say, when nobody reads its answers any more", async () => {
    const { config } = await scenarioConfig();
    const gone = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    const stdin = (async function* () {
      for (;;) yield Buffer.from("{}\n");
    })();
    const io = testIo({ stdin, onOut: () => Promise.reject(gone) });
    expect(await main(["check", "--config", config, "--batch"], io)).toBe(0);
    expect(io.err()).not.toContain("EPIPE");
  });

  it("reads no further than some lines ahead of a reader that is slow", async () => {
    let readAhead = 0;
    let mostAhead = 0;
    const stdin = (async function* () {
      for (let count = 0; count < 500; count++) {
        mostAhead = Math.max(mostAhead, ++readAhead);
        yield Buffer.from('{"envelopeFrom": "a@b"}\n');
      }
    })();
    const io = testIo({
      stdin,
      onOut: () =>
        new Promise((resolve) =>
          setImmediate(() => {
            readAhead--;
            resolve();
          }),
        ),
    });
    await checkBatch(guard, io);
    expect(lines(io.out())).toHaveLength(500);
    expect(mostAhead).toBeLessThanOrEqual(40);
  });
});
