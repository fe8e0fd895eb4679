import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { askPolicy } from "../../src/demo/policy-client.js";
import { createMetrics } from "../../src/metrics/metrics.js";
import { served } from "../support/served.js";

const GRANTS = "grants:\n  - { login: ann, send-as: office@example.com }\n";

const CONFIG = `ownership:
  - grants: grants.yaml
listeners:
  - policy: 127.0.0.1:0
metrics: 127.0.0.1:0
rules: [require-login, login-owns-envelope]
`;

/** A daemon with grants, a policy listener and metrics. */
async function daemon() {
  const running = await served(CONFIG, { "grants.yaml": GRANTS });
  const { addressOf } = running;
  const grants = `${running.folder}/grants.yaml`;
  const ask = (login: string, sender = "office@example.com") =>
    askPolicy(addressOf("policy"), { login, sender, recipient: "x@example.com" });
  const url = `http://${addressOf("metrics")}`;
  const change = async (text: string, event: string) => {
    await writeFile(grants, text);
    const told = running.logged(event);
    running.io.reload();
    return told;
  };
  return { ...running, grants, ask, url, change };
}

describe("metrics of a daemon", () => {
  it("count decisions by listener, action and code, and answers by source", async () => {
    const { ask, sample, url } = await daemon();
    expect(await ask("ann")).toBe("DUNNO");
    expect(await ask("bob")).toMatch(/^553/);
    expect(await ask("bob", "nobody@example.com")).toMatch(/^553/);
    const labels = 'listener="policy",action="reject",code="envelope-not-owned"';
    expect(await sample(`fromguard_decisions_total{${labels}}`)).toBe("2");
    expect(await sample('fromguard_decisions_total{listener="policy",action="accept",code="ok"}')).toBe("1");
    const answers = (answer: string) =>
      sample(`fromguard_source_answers_total{source="grants:grants.yaml",answer="${answer}"}`);
    expect([await answers("yes"), await answers("no-others-own-it"), await answers("no-nobody-owns-it")]).toEqual([
      "1",
      "1",
      "1",
    ]);
    const { headers, status } = await fetch(`${url}/metrics`);
    expect([status, headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  });

  it("show that a broken grants file keeps the last good grants, beside a log line with its place", async () => {
    const { ask, change, sample, grants } = await daemon();
    const labels = '{what="grants",source="grants:grants.yaml"}';
    const state = async () => [
      await sample(`fromguard_serving_last_good${labels}`),
      await sample(`fromguard_reload_failures_total${labels}`),
      await sample(`fromguard_reloads_total${labels}`),
    ];
    expect(await state()).toEqual(["0", "0", "0"]);
    const readAt = await sample(`fromguard_reload_last_success_timestamp_seconds${labels}`);

    const kept = await change(`${GRANTS}  - { login: bob, sendas: office@example.com }\n`, "grants-kept");
    expect(kept).toMatchObject({ level: "warn", grants: "grants:grants.yaml", file: grants, line: 3, column: 19 });
    expect(kept.cause).toContain("did you mean send-as?");
    expect([await ask("ann"), await ask("bob")]).toEqual(["DUNNO", expect.stringMatching(/^553/)]);
    expect(await state()).toEqual(["1", "1", "0"]);
    expect(await sample(`fromguard_reload_last_success_timestamp_seconds${labels}`)).toBe(readAt);

    await change(`${GRANTS}  - { login: bob, send-as: office@example.com }\n`, "grants-reloaded");
    expect(await ask("bob")).toBe("DUNNO");
    expect(await state()).toEqual(["0", "1", "1"]);
  });

  it("count refusals by rule, how long decisions took, and open connections", async () => {
    const { ask, sample } = await daemon();
    expect(await ask("bob")).toMatch(/^553/);
    const labels = 'listener="policy",action="reject",rule="login-owns-envelope",code="envelope-not-owned"';
    expect(await sample(`fromguard_refusals_total{${labels}}`)).toBe("1");
    expect(await sample('fromguard_decision_duration_seconds_count{listener="policy"}')).toBe("1");
    expect(Number(await sample('fromguard_decision_duration_seconds_bucket{le="20",listener="policy"}'))).toBe(1);
  });

  it("tell which source is down: /readyz is 503 then, at each listener", async () => {
    const { addressOf, get } = await served(`ownership:
  - login-map: fail:broken
listeners:
  - policy: 127.0.0.1:0
  - http: 127.0.0.1:0
metrics: 127.0.0.1:0
rules: [login-owns-envelope]
`);
    const readyz = (kind: string) => get("/readyz", kind);
    expect([await readyz("metrics"), (await readyz("http"))[0]]).toEqual([[200, "ok\n"], 200]);
    const question = { login: "ann", sender: "ann@example.com", recipient: "x@example.com" };
    expect(await askPolicy(addressOf("policy"), question)).toMatch(/^DEFER_IF_PERMIT /);
    expect(await readyz("metrics")).toEqual([503, expect.stringMatching(/^cannot answer: .*fail:broken/)]);
    expect(await readyz("http")).toEqual([503, expect.not.stringContaining("broken")]);
    expect((await fetch(`http://${addressOf("metrics")}/healthz`)).status).toBe(200);
  });

  it("are at /metrics, for GET and HEAD alone", async () => {
    const { url } = await daemon();
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: "POST", body: "x" })).status).toBe(405);
    const head = await fetch(`${url}/metrics`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});

describe("metrics", () => {
  it("count what could not be found out by its rule, rules that threw, and what else a listener told", async () => {
    const metrics = createMetrics(() => 5000);
    const verdict = { kind: "unknown", code: "source-failed", cause: "down", evidence: {} } as const;
    metrics.decided("milter", {
      action: "defer",
      code: "source-failed",
      edits: [],
      findings: [{ rule: "login-owns-envelope", verdict }],
      observed: [],
    });
    metrics.ruleFailed("mine");
    metrics.happened("milter", "engine-error");
    metrics.follows([{ what: "map", source: "pcre:/a" }]);
    const text = await metrics.text();
    for (const line of [
      'fromguard_unknown_verdicts_total{rule="login-owns-envelope",code="source-failed"} 1',
      'fromguard_rule_errors_total{rule="mine"} 1',
      'fromguard_listener_events_total{listener="milter",event="engine-error"} 1',
      'fromguard_reload_last_success_timestamp_seconds{what="map",source="pcre:/a"} 5',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
  });

  it("are all in docs/metrics.md, with their labels", async () => {
    const page = await readFile(new URL("../../../../docs/metrics.md", import.meta.url), "utf8");
    const listed = [...page.matchAll(/^\| `(fromguard_\w+)` \|/gm)].map(([, name]) => name);
    const made = [...(await createMetrics().text()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
    expect(listed).toEqual(made);
    expect(made).toHaveLength(22);
  });

  it("are what the dashboard shows, and no other", async () => {
    const text = await readFile(new URL("../../../../examples/grafana/dashboard.json", import.meta.url), "utf8");
    const { panels } = JSON.parse(text) as { panels: { title: string; targets: { expr: string }[] }[] };
    const made = [...(await createMetrics().text()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
    const named = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => [...expr.matchAll(/fromguard_\w+/g)].map(([name]) => name.replace(/_bucket$/, ""))),
    );
    expect(new Set(named)).toEqual(new Set(made));
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  it("take a source for down from a failure on, until it answers, or for half a minute", async () => {
    let now = 0;
    const metrics = createMetrics(() => now);
    const state = async () => [metrics.down(), /^fromguard_source_down\{.*$/m.exec(await metrics.text())?.[0]];
    metrics.answered("sql:a", [{ kind: "yes" }]);
    expect(await state()).toEqual([[], undefined]);
    metrics.answered("sql:a", [{ kind: "unknown" }]);
    expect(await state()).toEqual([["sql:a"], 'fromguard_source_down{source="sql:a"} 1']);
    metrics.answered("sql:a", [{ kind: "no-nobody-owns-it" }]);
    expect(await state()).toEqual([[], 'fromguard_source_down{source="sql:a"} 0']);
    metrics.answered("sql:a", [{ kind: "unknown" }]);
    now = 30_000;
    expect(await state()).toEqual([[], 'fromguard_source_down{source="sql:a"} 0']);
  });

  it("stay apart where two are made", async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.ruleFailed("mine");
    expect(await other.text()).not.toContain("mine");
  });
});
