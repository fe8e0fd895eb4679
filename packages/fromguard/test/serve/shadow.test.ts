import { describe, expect, it, onTestFinished } from "vitest";
import { askMilter } from "../../src/demo/milter-client.js";
import { askPolicy } from "../../src/demo/policy-client.js";
import { folderWith } from "../support/folder.js";
import { FORGED } from "../support/forged.js";
import { events, start } from "../support/running.js";

const SEEN = ["login-owns-envelope:envelope-not-owned"];

/** Asks every listener about a sender that another owns; what they answer, log and count. */
async function asked(more: string, shadow = "") {
  const folder = await folderWith({
    "f.yaml": `listeners:
  - policy: 127.0.0.1:0${shadow}
  - http: 127.0.0.1:0${shadow}
  - milter: 127.0.0.1:0${shadow}
ownership: [{ login-map: "inline:{ann@example.com=ann}" }]
metrics: 127.0.0.1:0
${more}`,
  });
  const { io, stop } = await start(`${folder}/f.yaml`);
  onTestFinished(async () => void (await stop()));
  const addressOf = (kind: string) => events(io).find((event) => event.kind === kind)?.address as string;
  const question = { login: "bob", sender: "ann@example.com", recipient: "x@example.com" };
  const policy = await askPolicy(addressOf("policy"), question);
  const response = await fetch(`http://${addressOf("http")}/v1/check`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login: "bob", envelopeFrom: "ann@example.com" }),
  });
  const { action, code, reply } = (await response.json()) as Readonly<Record<string, unknown>>;
  const milter = await askMilter(addressOf("milter"), FORGED);
  const metrics = await (await fetch(`http://${addressOf("metrics")}/metrics`)).text();
  const samples = (name: string) =>
    metrics
      .split("\n")
      .filter((line) => line.startsWith(`fromguard_${name}{`) && /listener="(?:policy|http|milter)"/.test(line))
      .map((line) => line.replace(/,address="[^"]*"/, ""))
      .sort();
  const logged = (event: string) => events(io).filter((line) => line.event === event);
  return { answers: { policy, http: { action, code, reply }, milter }, logged, samples };
}

const RULES = "rules: [sender-fqdn, login-owns-envelope]\n";

describe.each([
  ["of the policy", `${RULES}shadow: true\n`, "", 1],
  ["of each listener", RULES, "\n    shadow: true", 1],
  ["of the rule", "rules: [sender-fqdn, login-owns-envelope: { shadow: true }]\n", "", 0],
] as const)("shadow %s", (_, more, shadow, isShown) => {
  it("refuses nothing on a policy, an HTTP and a milter listener, logs what it would have, and counts it", async () => {
    const { answers, logged, samples } = await asked(more, shadow);
    expect(answers).toEqual({
      policy: "DUNNO",
      http: { action: "accept", code: "ok", reply: null },
      milter: "accept",
    });
    expect(
      logged("decision").map(({ listener, action, observed, reply }) => [listener, action, observed, reply]),
    ).toEqual(["policy", "http", "milter"].map((listener) => [listener, "accept", SEEN, undefined]));
    const labels = 'rule="login-owns-envelope",code="envelope-not-owned"';
    expect(samples("observed_verdicts_total")).toEqual(
      ["http", "milter", "policy"].map(
        (listener) => `fromguard_observed_verdicts_total{listener="${listener}",${labels}} 1`,
      ),
    );
    expect(samples("decisions_total")).toEqual(
      ["http", "milter", "policy"].map(
        (listener) => `fromguard_decisions_total{listener="${listener}",action="accept",code="ok"} 1`,
      ),
    );
    expect(samples("refusals_total")).toEqual([]);
    expect(samples("listener_shadow")).toEqual(
      ["http", "milter", "policy"].map((listener) => `fromguard_listener_shadow{listener="${listener}"} ${isShown}`),
    );
  });
});

describe("audit on listeners that see no message", () => {
  it("refuses nothing there, logs decisions, and gives lines to be decided again of the milter alone", async () => {
    const { answers, logged } = await asked(
      "preset: audit\ndns: { servers: [127.0.0.1:1], timeout-ms: 1 }\non-error: accept\n",
    );
    expect([answers.policy, answers.http.action, answers.milter]).toEqual(["DUNNO", "accept", "accept"]);
    const decisions = logged("decision");
    expect(decisions.map(({ listener, action }) => [listener, action])).toEqual([
      ["policy", "accept"],
      ["http", "accept"],
      ["milter", "accept"],
    ]);
    for (const { observed } of decisions) expect(observed).toEqual(expect.arrayContaining(SEEN));
    expect(logged("audit").map(({ listener }) => listener)).toEqual(["milter"]);
  });

  it("hides what is redacted in the decisions of each", async () => {
    const { logged } = await asked(`${RULES}shadow: true\nlog: { redact: [login, envelopeFrom, recipients] }\n`);
    const lines = logged("decision");
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toMatchObject({ login: "[redacted]", envelopeFrom: "[redacted]", observed: SEEN });
      expect(JSON.stringify(line)).not.toMatch(/bob|@example\.com/);
    }
  });
});
