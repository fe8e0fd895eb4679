import { describe, expect, it } from "vitest";
import { postfixSmtpd, type Smtpd } from "../../src/kinds/postfix-smtpd.js";
import { zoneResolver } from "../../src/kinds/zone.js";

const decision = {
  login: "alice",
  sender: "u@mxok.test",
  recipient: "user@relay.example",
  client: "198.51.100.7",
  smtputf8: false,
  dns: { "mxok.test": { MX: [[10, "mx.ok.test"]] } },
  stage: "RCPT",
  reply: "250 2.1.5 Ok",
};
const asked = [
  ["request", "smtpd_access_policy"],
  ["client_port", "@VARIES@"],
];
const theme = {
  theme: "t",
  main_cf: { myhostname: "mail.example.com" },
  files: {},
  decisions: [decision, { ...decision, policy_request: asked, policy_reply: "dunno" }],
};
const file = { path: "t.json", json: theme };

async function outcomes(smtpd?: Smtpd) {
  return Promise.all(
    postfixSmtpd(smtpd)
      .cases(file)
      .map((one) => one.check()),
  );
}

describe("postfix-smtpd", () => {
  it.each([
    ["a theme", theme, true],
    ["a decision without a zone", { ...theme, decisions: [{ ...decision, dns: undefined }] }, false],
    ["a table", { table: "pcre", source: "", queries: [] }, false],
    ["a list", [decision], false],
  ])("tells %s by its content", (_what, json, recognised) => {
    expect(postfixSmtpd().recognise(json)).toBe(recognised);
  });

  it("counts every decision as a disagreement while nothing decides", async () => {
    const [first] = await outcomes();
    expect(first).toEqual({
      agrees: false,
      expected: "RCPT 250 2.1.5 Ok",
      got: "not supported yet: decisions of a main.cf",
    });
  });

  it("agrees where stage, reply and the attributes that do not vary are equal", async () => {
    const policyRequest = [
      ["request", "smtpd_access_policy"],
      ["client_port", "54321"],
    ] as const;
    const answered = await outcomes(async (setup, attempt, resolver) => {
      expect(setup.mainCf.myhostname).toBe("mail.example.com");
      expect(attempt).toMatchObject({ login: "alice", clientName: "client.example.org", helo: "client.example.org" });
      const { signal } = new AbortController();
      expect(await resolver.mx("mxok.test", { signal })).toMatchObject({ kind: "records" });
      return { stage: "RCPT", reply: "250 2.1.5 Ok", policyRequest };
    });
    expect(answered).toEqual([{ agrees: true }, { agrees: true }]);
  });

  it.each<[string, Awaited<ReturnType<Smtpd>>]>([
    ["another reply", { stage: "RCPT", reply: "250 2.1.5 OK", policyRequest: [] }],
    ["another stage", { stage: "MAIL", reply: "250 2.1.5 Ok", policyRequest: [] }],
    ["attributes left out", { stage: "RCPT", reply: "250 2.1.5 Ok" }],
    [
      "attributes in another order",
      {
        stage: "RCPT",
        reply: "250 2.1.5 Ok",
        policyRequest: [
          ["client_port", "1"],
          ["request", "smtpd_access_policy"],
        ],
      },
    ],
  ])("reports %s", async (_what, answer) => {
    expect((await outcomes(async () => answer))[1]).toMatchObject({ agrees: false });
  });
});

describe("the resolver of a recording", () => {
  const { signal } = new AbortController();
  const resolver = zoneResolver({
    "ok.test": { MX: [[10, "MX.ok.test"]], A: ["192.0.2.1"] },
    "null.test": { MX: [[0, "."]] },
    "down.test": "SERVFAIL",
    "half.test": { MX: "TIMEOUT", AAAA: ["2001:db8::1"] },
    "alias.test": { CNAME: "null.test" },
    "loop.test": { CNAME: "loop.test" },
  });

  it.each([
    ["ok.test", { kind: "records", records: [{ preference: 10, exchange: "mx.ok.test" }] }],
    ["null.test", { kind: "records", records: [{ preference: 0, exchange: "" }] }],
    ["alias.test", { kind: "records", records: [{ preference: 0, exchange: "" }] }],
    ["absent.test", { kind: "none" }],
    ["down.test", { kind: "failed", cause: "SERVFAIL" }],
    ["half.test", { kind: "failed", cause: "TIMEOUT" }],
    ["loop.test", { kind: "none" }],
    ["__proto__", { kind: "none" }],
  ])("answers MX of %s", async (name, answer) => {
    expect(await resolver.mx(name, { signal })).toEqual(answer);
  });

  it("answers addresses apart from MX", async () => {
    expect(await resolver.a("half.test", { signal })).toEqual({ kind: "none" });
    expect(await resolver.aaaa("half.test", { signal })).toEqual({ kind: "records", records: ["2001:db8::1"] });
    expect(await resolver.a("ok.test", { signal })).toEqual({ kind: "records", records: ["192.0.2.1"] });
  });
});
