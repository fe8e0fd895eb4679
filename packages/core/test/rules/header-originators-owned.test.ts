import { describe, expect, test } from "vitest";
import {
  type Address,
  type Answer,
  facts,
  formatAddress,
  type HeaderLimits,
  type HeaderOriginatorsOwnedOptions,
  headerOriginatorsOwned,
  type Ownership,
  type Question,
  readHeaderBytes,
  readHeaderList,
  type Verdict,
} from "../../src/index.js";

/** An ownership in memory that keeps what it was asked. */
function recorder(answerOf: (address: string, question: Question) => Answer["kind"] | "on-behalf", later = false) {
  const asked: (readonly Question[])[] = [];
  const answer = (question: Question): Answer => {
    const kind = answerOf(formatAddress(question.address), question);
    const evidence = () => ({ source: "memory", address: "of the ownership" });
    if (kind === "on-behalf") return { kind: "yes", requires: "sender-field", evidence };
    if (kind === "yes") return { kind, as: { ...question.address, localPart: "alice" } as Address, evidence };
    return kind === "unknown" ? { kind, code: "source-down", cause: "refused", evidence } : { kind, evidence };
  };
  const ownership: Ownership = {
    name: "memory",
    ask: (_, questions) => {
      asked.push(questions);
      const answers = questions.map(answer);
      return later ? Promise.resolve(answers) : answers;
    },
  };
  return { ownership, asked };
}

const alice = recorder((address) => (/^alice@example\.com$/i.test(address) ? "yes" : "no-nobody-owns-it"));
const signal = new AbortController().signal;

function judge(
  header: string,
  options: Partial<HeaderOriginatorsOwnedOptions> = {},
  login: string | null = "alice@example.com",
  limits: Partial<HeaderLimits> = {},
): Verdict | Promise<Verdict> {
  const headers = readHeaderBytes(new TextEncoder().encode(`${header}\r\n\r\n`), limits);
  const rule = headerOriginatorsOwned({ ownership: alice.ownership, ...options });
  return rule.evaluate({ ...facts({ login, headers }), login, headers }, { signal, observe: () => {} });
}

describe("headerOriginatorsOwned", () => {
  test("an own From passes, a foreign one is told with its evidence", () => {
    expect(judge("From: alice@example.com")).toMatchObject({ kind: "pass" });
    expect(judge('X: a\r\nFrom: "Böss"\r\n <bob@example.com>')).toMatchObject({
      kind: "fail",
      code: "from-not-owned",
      evidence: { login: "alice@example.com", address: "bob@example.com", field: "From", offset: 23, source: "memory" },
    });
  });

  test("without a login it skips, whatever the header holds", () => {
    expect(judge("From: \0", {}, null)).toEqual({ kind: "skip", code: "no-login" });
  });

  test("the ownership is asked once, for every mailbox and every address that a name shows, each once", async () => {
    const { ownership, asked } = recorder(() => "yes");
    await judge(
      'From: "x@y.example" <a@b.example> (x@y.example), c@d.example\r\nSender: e@f.example\r\nResent-From: e@f.example',
      {
        ownership,
      },
    );
    expect(asked.map((batch) => batch.map(({ address, role }) => `${role} ${formatAddress(address)}`))).toEqual([
      ["author a@b.example", "author c@d.example", "author x@y.example", "sender e@f.example", "resent e@f.example"],
    ]);
  });

  test("a header that is refused for its octets is not asked about", () => {
    const { ownership, asked } = recorder(() => "yes");
    expect(judge("From: a@b.example\r\nX: \0", { ownership })).toMatchObject({ code: "header-nul" });
    expect(asked).toEqual([]);
  });

  test("a promise is waited for", async () => {
    const { ownership } = recorder(() => "no-others-own-it", true);
    expect(await judge("From: a@b.example", { ownership })).toMatchObject({ code: "from-not-owned" });
  });

  test("what could not be asked is unknown, unless something else refuses", () => {
    const { ownership } = recorder((address) => (address.startsWith("u") ? "unknown" : "no-nobody-owns-it"));
    expect(judge("From: u@b.example", { ownership })).toMatchObject({ kind: "unknown", code: "source-down" });
    expect(judge("From: u@b.example, a@b.example", { ownership })).toMatchObject({ code: "from-not-owned" });
    expect(judge("From: u@b.example x", { ownership })).toMatchObject({ code: "from-malformed" });
    expect(judge("From: u@b.example\r\nFrom: u@b.example", { ownership })).toMatchObject({ code: "from-multiple" });
  });

  test("an ownership that leaves a question open is unknown", () => {
    const ownership: Ownership = { name: "short", ask: () => [] };
    expect(judge("From: a@b.example", { ownership })).toMatchObject({ kind: "unknown", code: "ownership-incomplete" });
  });

  const onBehalf = recorder((address) =>
    address === "team@example.com" ? "on-behalf" : address === "alice@example.com" ? "yes" : "no-nobody-owns-it",
  );
  test.each([
    ["without a Sender", "From: team@example.com", "fail"],
    ["beside one own Sender", "From: team@example.com\r\nSender: alice@example.com", "pass"],
    ["beside a Sender that is itself on behalf", "From: team@example.com\r\nSender: team@example.com", "fail"],
    ["beside a foreign Sender", "From: team@example.com\r\nSender: bob@example.com", "fail"],
    ["beside two Senders", "From: team@example.com\r\nSender: alice@example.com\r\nSender: alice@example.com", "fail"],
    [
      "as Author beside an own Sender",
      "From: alice@example.com\r\nSender: alice@example.com\r\nAuthor: team@example.com",
      "pass",
    ],
    ["as Resent-From", "From: alice@example.com\r\nResent-From: team@example.com\r\nSender: alice@example.com", "fail"],
    ["in a name", 'From: "team@example.com" <alice@example.com>', "pass"],
  ])("send on behalf %s", (_, header, kind) => {
    expect(judge(header, { ownership: onBehalf.ownership })).toMatchObject({ kind });
  });

  test("each stance can be set by itself, over any preset", () => {
    const name = 'From: "bob@example.com" <alice@example.com>';
    expect(judge(name, { foreignAddressInName: "accept" })).toMatchObject({ kind: "pass" });
    expect(judge(name, { preset: "lenient", foreignAddressInName: "reject" })).toMatchObject({
      code: "name-contains-address",
    });
    expect(judge("From: Alice@example.com", { localPartCase: "reject" })).toMatchObject({ code: "from-not-owned" });
  });

  test("relaxed-resent takes redirects and foreign Resent fields, and nothing else", () => {
    const preset = "relaxed-resent";
    expect(judge("From: bob@x.example\r\nResent-From: alice@example.com", { preset })).toMatchObject({ kind: "pass" });
    expect(judge("From: alice@example.com\r\nResent-From: bob@x.example", { preset })).toMatchObject({ kind: "pass" });
    expect(judge("From: bob@x.example\r\nResent-From: bob@x.example", { preset })).toMatchObject({ kind: "fail" });
    expect(judge("From : alice@example.com", { preset })).toMatchObject({ code: "header-name-malformed" });
  });

  test("the delimiter of subaddresses and the appended domain are options", () => {
    const stance = { unlistedSubaddress: "accept", bareLocalPart: "accept" } as const;
    expect(judge("From: alice-x@example.com", { ...stance, recipientDelimiter: "+-" })).toMatchObject({ kind: "pass" });
    expect(judge("From: alice+x@example.com", { ...stance, recipientDelimiter: "-" })).toMatchObject({ kind: "fail" });
    expect(judge("From: alice", { ...stance, unqualifiedDomain: "example.com" }, "al")).toMatchObject({ kind: "pass" });
    expect(judge("From: alice", { ...stance, unqualifiedDomain: "x.example" })).toMatchObject({
      code: "addr-unqualified",
    });
    expect(judge("From: alice+x", stance)).toMatchObject({ kind: "pass" });
  });

  test("mailboxes, shown addresses and nesting have limits with their code", () => {
    const own = "alice@example.com";
    const within = (header: string) => judge(header, {}, own, { maxMailboxes: 2, maxNesting: 2 });
    expect(within(`From: ${own}, ${own}`)).toMatchObject({ kind: "pass" });
    expect(within(`From: ${own}, ${own}, ${own}`)).toMatchObject({ code: "header-too-long" });
    expect(within(`From: ((x)) ${own}`)).toMatchObject({ kind: "pass" });
    expect(within(`From: (((x))) ${own}`)).toMatchObject({ code: "header-too-long" });
    expect(within(`From: "${own} ${own} ${own}" <${own}>`)).toMatchObject({ code: "header-too-long" });
    expect(judge(`From: ${"(".repeat(50)}${")".repeat(50)} ${own}`)).toMatchObject({ kind: "pass" });
    expect(judge(`From: ${Array(100).fill(own).join(",\r\n ")}`)).toMatchObject({ kind: "pass" });
    expect(judge(`From: ${Array(501).fill(own).join(",\r\n ")}`)).toMatchObject({ code: "header-too-long" });
  });

  test("a fault is placed once, however many comments have it", () => {
    const own = "alice@example.com";
    const comments = "(=?x?q?y?=)".repeat(80);
    const value = `${own}\r\n ${Array(250).fill(comments).join("\r\n ")}`;
    expect(judge(`From: ${value}`)).toMatchObject({ code: "name-undecodable" });
  });

  test("the list view is judged on what it shows", () => {
    const rule = headerOriginatorsOwned({ ownership: alice.ownership });
    const judgeList = (...items: readonly (readonly [string, string])[]) =>
      rule.evaluate({ login: "alice@example.com", headers: readHeaderList(items) }, { signal, observe: () => {} });
    expect(judgeList(["From", " alice@example.com\n (x)"])).toMatchObject({ kind: "pass" });
    expect(judgeList(["X", "a"], ["From", "bob@example.com"])).toMatchObject({
      code: "from-not-owned",
      evidence: { offset: 1 },
    });
    expect(judgeList(["From ", " alice@example.com"])).toMatchObject({ code: "header-name-malformed" });
    expect(judgeList(["From", " alice@example.com\nFrom: bob@example.com"])).toMatchObject({ code: "header-bare-lf" });
    expect(judgeList(["From", ' "\udcff" <alice@example.com>'])).toMatchObject({ code: "utf8-invalid" });
  });

  test.each([
    ["octets that are no UTF-8", [0xff]],
    ["an overlong form", [0xc0, 0xae]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
  ])("%s in an originator field are refused, in other fields not", (_, bad) => {
    const rule = headerOriginatorsOwned({ ownership: alice.ownership, preset: "lenient" });
    const judgeField = (name: string) =>
      rule.evaluate(
        {
          login: "alice@example.com",
          headers: readHeaderList([
            ["From", "alice@example.com"],
            [name, Uint8Array.from([0x22, ...bad, 0x22, ...new TextEncoder().encode(" <alice@example.com>")])],
          ]),
        },
        { signal, observe: () => {} },
      );
    for (const name of ["Sender", "Resent-From", "Resent-Sender", "Author"]) {
      expect(judgeField(name)).toMatchObject({ code: "utf8-invalid" });
    }
    expect(judgeField("Subject")).toMatchObject({ kind: "pass" });
  });
});
