import { writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { startNameServer } from "../../src/demo/name-server.js";
import { createMetrics } from "../../src/metrics/metrics.js";
import { PolicyConnection } from "../support/policy-connection.js";
import { served } from "../support/served.js";

const METRICS = "metrics: 127.0.0.1:0\n";

/** A connection to the policy listener of a daemon. */
async function connect(address: string) {
  const connection = await PolicyConnection.open(address);
  onTestFinished(() => connection.close());
  return connection;
}

describe("metrics of DNS", () => {
  it("count questions of rules, those that went to a name server, how long it took, and what failed", async () => {
    const dns = await startNameServer({ "example.com": { mx: "mx.example.com" }, "down.test": "down" });
    onTestFinished(() => dns.close());
    const { addressOf, sample } = await served(
      `${METRICS}listeners: [{ policy: 127.0.0.1:0 }]\ndns: { servers: ["${dns.address}"] }\nrules: [domain-exists]\n`,
    );
    const values = async () =>
      Promise.all(
        ["dns_questions_total", "dns_queries_total", "dns_query_duration_seconds_count", "dns_failures_total"].map(
          async (name) => Number(await sample(`fromguard_${name}`)),
        ),
      );
    const connection = await connect(addressOf("policy"));
    expect(await values()).toEqual([0, 0, 0, 0]);
    expect(await connection.ask("ann", "ann@example.com")).toBe("DUNNO");
    expect(await values()).toEqual([1, 1, 1, 0]);
    expect(await connection.ask("ann", "bob@example.com")).toBe("DUNNO");
    expect(await values()).toEqual([2, 1, 1, 0]);

    expect(await connection.ask("ann", "ann@down.test")).toMatch(/^DEFER_IF_PERMIT /);
    const [questions = 0, queries = 0, answers, failures = 0] = await values();
    expect(failures).toBeGreaterThan(0);
    expect(queries - 1).toBe(failures);
    expect(questions - 2).toBe(failures);
    expect(answers).toBe(queries);
  });

  it("are seconds, in the buckets that they took", async () => {
    const metrics = createMetrics();
    metrics.dns({ kind: "answer", isFailed: false, seconds: 0.02 });
    metrics.dns({ kind: "answer", isFailed: true, seconds: 5.5 });
    const text = (await metrics.text()).split("\n");
    for (const line of [
      'fromguard_dns_query_duration_seconds_bucket{le="0.01"} 0',
      'fromguard_dns_query_duration_seconds_bucket{le="0.05"} 1',
      'fromguard_dns_query_duration_seconds_bucket{le="5"} 1',
      'fromguard_dns_query_duration_seconds_bucket{le="10"} 2',
      "fromguard_dns_query_duration_seconds_sum 5.52",
      "fromguard_dns_failures_total 1",
    ]) {
      expect(text).toContain(line);
    }
  });
});

describe("metrics of connections", () => {
  it("tell those that are open, and count those that were refused", async () => {
    const { addressOf, sample } = await served(
      `${METRICS}listeners: [{ policy: 127.0.0.1:0, max-connections: 2 }]\nrules: [sender-fqdn]\n`,
    );
    const address = addressOf("policy");
    const open = () => sample(`fromguard_connections{listener="policy",address="${address}"}`);
    const refused = () => sample('fromguard_listener_events_total{listener="policy",event="connection-refused"}');
    expect([await open(), await refused()]).toEqual(["0", undefined]);
    for (const count of ["1", "2"]) {
      expect(await (await connect(address)).ask("ann", "ann@example.com")).toBe("DUNNO");
      expect(await open()).toBe(count);
    }
    expect(await (await connect(address)).ask("ann", "ann@example.com")).toBeUndefined();
    expect([await open(), await refused()]).toEqual(["2", "1"]);
  });
});

describe("readiness", () => {
  it("is red from the failure of a source on, and green as soon as it answers", async () => {
    const { addressOf, get, sample } = await served(`${METRICS}ownership:
  - login-map: ["inline:{ann@example.com=ann}", "fail:down"]
listeners: [{ policy: 127.0.0.1:0 }, { http: 127.0.0.1:0 }]
rules: [login-owns-envelope]
`);
    const connection = await connect(addressOf("policy"));
    const statuses = async () => [(await get("/readyz"))[0], (await get("/readyz", "http"))[0]];
    const down = async () => {
      const [, text] = await get("/metrics");
      return /^fromguard_source_down\{source=".*"\} (\d)$/m.exec(text)?.[1];
    };
    expect([await statuses(), await down()]).toEqual([[200, 200], undefined]);
    for (const time of ["1", "2"]) {
      expect(await connection.ask("ann", "other@example.com")).toMatch(/^DEFER_IF_PERMIT /);
      expect([await statuses(), await down()]).toEqual([[503, 503], "1"]);
      expect(await connection.ask("ann", "ann@example.com")).toBe("DUNNO");
      expect([await statuses(), await down()]).toEqual([[200, 200], "0"]);
      const unknown = 'fromguard_unknown_verdicts_total{rule="login-owns-envelope",code="table-unavailable"}';
      expect(await sample(unknown)).toBe(time);
    }
    const labels = 'listener="policy",action="defer",rule="login-owns-envelope",code="table-unavailable"';
    expect(await sample(`fromguard_refusals_total{${labels}}`)).toBe("2");
    expect(await sample('fromguard_decisions_total{listener="policy",action="accept",code="ok"}')).toBe("2");
  });
});

describe("the state of a reload", () => {
  it("is that of the configuration too: broken, then mended", async () => {
    const config = `${METRICS}listeners: [{ policy: 127.0.0.1:0 }]\nrules: [sender-fqdn]\n`;
    const { folder, io, logged, sample } = await served(config);
    const values = () =>
      Promise.all(
        ["serving_last_good", "reload_failures_total", "reloads_total"].map((name) =>
          sample(`fromguard_${name}{what="config",source="${folder}/f.yaml"}`),
        ),
      );
    const change = async (text: string, event: string) => {
      await writeFile(`${folder}/f.yaml`, text);
      const told = logged(event);
      io.reload();
      await told;
    };
    expect(await values()).toEqual(["0", "0", "0"]);
    await change("rules: [nothing]\n", "config-kept");
    expect(await values()).toEqual(["1", "1", "0"]);
    await change(config, "config-reloaded");
    expect(await values()).toEqual(["0", "1", "1"]);
  });
});
