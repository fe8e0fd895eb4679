import { all, createGuard, facts, fail, pass, rule, skip, unknown, warnOnly } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { judge } from "../../src/commands/judge.js";
import { explainInWords } from "../../src/report/explain.js";
import { styleFor, visible } from "../../src/report/style.js";
import { testIo } from "../support/test-io.js";

const plain = styleFor(testIo().stdout, {});

async function explain(...rules: Parameters<typeof createGuard>[0]["rules"]): Promise<string> {
  return explainInWords(
    await judge(createGuard({ rules }), facts({ login: "bob", envelopeFrom: "a@b.example" })),
    plain,
  );
}

describe("a decision in words", () => {
  it("shows evidence in the order in which a reader asks", async () => {
    const evidence = {
      login: "bob",
      field: "From",
      offset: 12,
      address: "alice@example.com",
      file: "/maps/senders",
      line: 3,
      pattern: "/^(.*)@example\\.com$/",
      key: "alice@example.com",
      captures: ["alice", null],
      result: "alice",
      remedy: "add bob",
    };
    expect(await explain(rule("owns", [], () => fail("from-not-owned", evidence)))).toBe(
      `REJECT  553 5.7.1 The From address is not owned by the authenticated user (alice@example.com); send as an address of your own, or ask the postmaster for this one
        from-not-owned, says owns

  FAIL  owns  from-not-owned
          login      bob
          field      From, octet 12
          address    alice@example.com
          source     /maps/senders:3  /^(.*)@example\\.com$/
          captures   alice, (none)
          answer     alice
          to change  add bob
`,
    );
  });

  it("shows the members of a combinator below it, what skipped, and what lacked facts", async () => {
    const nested = rule("nested", ["login"], () => skip("no-reason"));
    const both = {
      ...all(
        nested,
        rule("other", [], () => pass()),
      ),
      name: "both",
      conjuncts: undefined,
    };
    const { conjuncts: _none, ...whole } = both;
    expect(
      await explain(
        whole,
        rule("needs-header", ["headers"], () => pass()),
      ),
    ).toBe(
      `ACCEPT  ok

  pass  both
    -     nested      no-reason
    pass  other
  -     needs-header  not run, needs headers: give --message
`,
    );
  });

  it("says what could not be found out", async () => {
    expect(await explain(rule("asks", [], () => unknown("down", new Error("no route"))))).toBe(
      `DEFER  451 4.3.0 Sender verification is temporarily unavailable
        down, says asks

  ?     asks  down
          cause      no route
`,
    );
  });

  it("prints what was observed and what would be edited", async () => {
    const shadowed = warnOnly(rule("owns", [], () => fail("from-not-owned")));
    const tags = rule("tags", [], () => pass("tagged", [{ kind: "add-header", name: "X-Tag", value: "a\tb" }]));
    expect(await explain(shadowed, tags)).toBe(
      `ACCEPT  ok

  -     owns  observed
    FAIL  owns  from-not-owned
  pass  tags  tagged
  seen  owns  from-not-owned, refuses nothing
  edit  add at the end of the header: X-Tag: a\\u{9}b
`,
    );
  });

  it("says where nothing applied", async () => {
    expect(await explain(rule("other-listener", [], () => skip("elsewhere")))).toBe(
      "ACCEPT  no rule applied\n\n  -     other-listener  elsewhere\n",
    );
  });

  it("writes controls, bidirectional marks and lone surrogates as escapes", () => {
    expect(visible("a\x1b[2J\n\u202e\ud800ü\u2028")).toBe("a\\u{1b}[2J\\u{a}\\u{202e}\\u{d800}ü\\u{2028}");
  });
});
