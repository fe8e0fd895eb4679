import { describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const LISTENERS = `listeners:
  - policy: 127.0.0.1:10040
    contexts:
      submission: [require-login]
      inbound: [sender-fqdn]
  - policy: unix:/run/fromguard/policy
    contexts:
      inbound: [sender-fqdn, require-login]
`;

async function check(argv: readonly string[], { listeners = LISTENERS, stdin = "" } = {}) {
  const folder = await folderWith({ "f.yaml": `${listeners}rules: [sender-fqdn]\n` });
  const io = testIo({ stdin });
  const code = await main(["check", "--config", `${folder}/f.yaml`, ...argv], io);
  return { code, out: io.out(), err: io.err().replace(/^warning: .*\n/gm, "") };
}

const STRANGER = ["--sender", "ann@example.com"];

describe("check --context", () => {
  it("asks the rules of that context alone", async () => {
    expect(await check(STRANGER)).toMatchObject({ code: 0, out: expect.stringContaining("pass  sender-fqdn") });
    const { code, out } = await check(["--context", "submission", ...STRANGER]);
    expect(code).toBe(1);
    expect(out).toMatch(/^REJECT {2}530 5\.7\.0 Authentication required\n/);
    expect(out).not.toContain("sender-fqdn");
    expect((await check(["--context", "submission", "--login", "ann", ...STRANGER])).code).toBe(0);
  });

  it.each([
    ["inbound@127.0.0.1:10040", 0],
    ["inbound@unix:/run/fromguard/policy", 1],
    ["submission@127.0.0.1:10040", 1],
  ])("asks the one of a listener: %s", async (context, code) => {
    expect((await check(["--context", context, ...STRANGER])).code).toBe(code);
  });

  it("judges each line of a batch by it", async () => {
    const stdin = '{"envelopeFrom":"ann@example.com"}\n{"envelopeFrom":"ann@example.com","login":"ann"}\n';
    const { code, out } = await check(["--context", "submission", "--batch"], { stdin });
    const decisions = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).action);
    expect([code, decisions]).toEqual([0, ["reject", "accept"]]);
  });

  it.each<[string, readonly string[], string]>([
    [
      "is unknown: those that there are, and the nearest",
      ["--context", "inbuond"],
      "--context inbuond: there is no such context, but submission and inbound (did you mean inbound?)",
    ],
    [
      "is unknown, and like none",
      ["--context", "x\x1b[2J"],
      "--context x\\u{1b}[2J: there is no such context, but submission and inbound",
    ],
    [
      "several listeners have",
      ["--context", "inbound"],
      "--context inbound: several listeners have it: ask inbound@127.0.0.1:10040 or inbound@unix:/run/fromguard/policy",
    ],
    [
      "is asked with a message",
      ["--context", "submission", "--message", "x"],
      "--message does not go with --context: a policy server is not told of it",
    ],
    [
      "is asked for a local user",
      ["--context", "submission", "--local-user", "x"],
      "--local-user does not go with --context: a policy server is not told of it",
    ],
  ])("refuses with 64 a context that %s", async (_, argv, sentence) => {
    expect(await check([...argv, ...STRANGER])).toEqual({
      code: 64,
      out: "",
      err: `fromguard: ${sentence}; see fromguard check --help\n`,
    });
  });

  it("refuses one where there is none, and beside a main.cf", async () => {
    const { err } = await check(["--context", "a", ...STRANGER], { listeners: "" });
    expect(err).toContain("--context a: no policy listener of this configuration has contexts");
    const io = testIo();
    expect(await main(["check", "--main-cf", "/x", "--context", "a", ...STRANGER], io)).toBe(64);
    expect(io.err()).toContain("--context does not go with --main-cf");
  });
});
