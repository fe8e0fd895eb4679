import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { PolicyConnection } from "../support/policy-connection.js";
import { slowNameServer } from "../support/slow-name-server.js";
import { twoWorkers } from "../support/two-workers.js";

let cli: string;
beforeAll(async () => {
  cli = await bundleCli();
}, 120_000);

const CONNECTIONS = 4;
const mapOf = (login: string) => `/^ann@example\\.com$/ ${login}\n`;
const REFUSED = /^553 5\.7\.1 /;

const daemonWith = (options: Omit<Parameters<typeof twoWorkers>[1], "senders">) =>
  twoWorkers(cli, { ...options, senders: mapOf("ann") });

const ACCEPTED = 'fromguard_decisions_total{listener="policy",action="accept",code="ok"}';

describe("a daemon with two workers", () => {
  it("serves TCP and unix sockets by both, whose log lines have their numbers and whose counts are summed", async () => {
    const { daemon, addresses, connect, metrics } = await daemonWith({});
    expect(addresses).toHaveLength(2);
    for (const address of addresses) {
      for (let time = 0; time < CONNECTIONS; time++) {
        const connection = await connect(address);
        expect(await connection.ask("ann", "ann@example.com")).toBe("DUNNO");
        expect(await connection.ask("bob", "ann@example.com")).toMatch(REFUSED);
      }
    }
    const decisions = await daemon.logged("decision", 4 * CONNECTIONS);
    expect(decisions.filter(({ worker }) => worker === 1 || worker === 2)).toHaveLength(4 * CONNECTIONS);
    const sample = await metrics();
    expect(sample(ACCEPTED)).toBe(2 * CONNECTIONS);
    expect(sample('fromguard_decisions_total{listener="policy",action="reject",code="envelope-not-owned"}')).toBe(
      2 * CONNECTIONS,
    );
    daemon.signal("SIGTERM");
    expect(await daemon.exitCode()).toBe(0);
    expect(await readdir(daemon.folder)).not.toContain("p.sock");
    expect(daemon.events.filter(({ event }) => event === "stopped").map(({ worker }) => worker)).toEqual(
      expect.arrayContaining([1, 2, undefined]),
    );
  });

  it("keeps every connection through a reload; what is broken is told once, and changes nothing", async () => {
    const { daemon, connect, metrics } = await daemonWith({});
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect()));
    const answers = (login: string) => Promise.all(connections.map((one) => one.ask(login, "ann@example.com")));
    const all = <T>(value: T) => Array.from({ length: CONNECTIONS }, () => value);
    expect(await answers("ann")).toEqual(all("DUNNO"));

    await writeFile(`${daemon.folder}/senders`, mapOf("bob"));
    daemon.signal("SIGHUP");
    const reloads = await daemon.logged("map-reloaded", 2);
    expect(reloads.map(({ worker }) => worker).sort()).toEqual([1, 2]);
    expect(await answers("bob")).toEqual(all("DUNNO"));
    expect(await answers("ann")).toEqual(all(expect.stringMatching(REFUSED)));

    await writeFile(`${daemon.folder}/senders`, `${mapOf("ann")}/(/ x\n`);
    daemon.signal("SIGHUP");
    expect(await daemon.logged("map-kept")).toEqual([expect.not.objectContaining({ worker: expect.anything() })]);
    expect(await answers("bob")).toEqual(all("DUNNO"));
    const labels = `{what="map",source="pcre:${daemon.folder}/senders"}`;
    const sample = await metrics();
    expect(sample(`fromguard_serving_last_good${labels}`)).toBe(1);
    expect(sample(`fromguard_reload_failures_total${labels}`)).toBe(1);
  });

  it("judge by the new configuration, all of them, and so does who takes the place of one", async () => {
    const { daemon, connect } = await daemonWith({});
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect()));
    const text = await readFile(`${daemon.folder}/fromguard.yaml`, "utf8");
    await writeFile(`${daemon.folder}/fromguard.yaml`, text.replace("login-owns-envelope", "sender-fqdn"));
    daemon.signal("SIGHUP");
    expect((await daemon.logged("config-reloaded", 2)).map(({ worker }) => worker).sort()).toEqual([1, 2]);
    for (const one of connections) expect(await one.ask("bob", "ann@example.com")).toBe("DUNNO");

    for (const { pid } of await daemon.logged("worker-started", 2)) process.kill(Number(pid), "SIGKILL");
    await daemon.logged("worker-started", 4);
    expect(await (await connect()).ask("bob", "ann@example.com")).toBe("DUNNO");
  });

  it("replaces a worker that is killed, loses none of the others' connections, and counts on", async () => {
    const { daemon, connect, metrics } = await daemonWith({});
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect()));
    for (const connection of connections) expect(await connection.ask("ann", "ann@example.com")).toBe("DUNNO");
    expect((await metrics())(ACCEPTED)).toBe(CONNECTIONS);

    const decided = await daemon.logged("decision", CONNECTIONS);
    const lost = decided.filter(({ worker }) => worker === 1).length;
    const [{ pid } = { pid: undefined }] = (await daemon.logged("worker-started", 2)).filter(
      ({ worker }) => worker === 1,
    );
    process.kill(Number(pid), "SIGKILL");
    expect(await daemon.logged("worker-ended")).toMatchObject([{ worker: 1, pid, signal: "SIGKILL", code: null }]);
    expect((await daemon.logged("worker-started", 3))[2]).toMatchObject({ worker: 1, pid: expect.any(Number) });

    const left = await Promise.all(connections.map((one) => one.ask("ann", "ann@example.com")));
    expect(left.filter((answer) => answer === undefined)).toHaveLength(lost);
    expect(left.filter((answer) => answer === "DUNNO")).toHaveLength(CONNECTIONS - lost);
    for (let time = 0; time < CONNECTIONS; time++) {
      expect(await (await connect()).ask("ann", "ann@example.com")).toBe("DUNNO");
    }
    const sample = await metrics();
    expect(sample(ACCEPTED)).toBe(CONNECTIONS + (CONNECTIONS - lost) + CONNECTIONS);
    expect(sample("fromguard_workers_ended_total")).toBe(1);
  });

  it("takes as many connections in all as a listener does, and as many again for those that went, or whose worker ended", async () => {
    const { daemon, connect } = await daemonWith({
      listeners: [`policy: unix:@DIR@/p.sock\n    max-connections: ${CONNECTIONS}`],
    });
    const answeredOf = async (connections: readonly PolicyConnection[]) => {
      const answers = await Promise.all(connections.map((one) => one.ask("ann", "ann@example.com")));
      return connections.filter((_, index) => answers[index] === "DUNNO");
    };
    const connectAll = (count: number) => Promise.all(Array.from({ length: count }, () => connect()));

    const served = await answeredOf(await connectAll(3 * CONNECTIONS));
    expect(served).toHaveLength(CONNECTIONS);
    const refused = await daemon.logged("connection-refused", 2 * CONNECTIONS);
    expect(refused.map(({ cause }) => cause)).toEqual(refused.map(() => "connection-limit"));

    served[0]?.close();
    await vi.waitFor(async () => expect(await answeredOf([await connect()])).toHaveLength(1));
    expect(await answeredOf(await connectAll(CONNECTIONS))).toHaveLength(0);

    const workers = await daemon.logged("worker-started", 2);
    for (const { pid } of workers) process.kill(Number(pid), "SIGKILL");
    await daemon.logged("worker-started", 4);
    expect(await answeredOf(await connectAll(2 * CONNECTIONS))).toHaveLength(CONNECTIONS);
  });

  it("answers what is in flight when it is asked to stop, and takes no more", async () => {
    const { port, asked, answer } = await slowNameServer();
    const { daemon, connect, addresses } = await daemonWith({
      rules: "[domain-exists]",
      more: `dns: { servers: ["127.0.0.1:${port}"], timeout-ms: 30000 }\n`,
    });
    const connection = await connect();
    const waiting = connection.ask("ann", "ann@example.com");
    await asked;
    daemon.signal("SIGTERM");
    await daemon.logged("stopping");
    await vi.waitFor(() => expect(PolicyConnection.open(addresses[1] ?? "")).rejects.toThrow("ECONNREFUSED"));
    answer();
    expect(await waiting).toMatch(/^550 5\.1\.8 /);
    expect(await daemon.exitCode()).toBe(0);
  });
});

describe("a daemon with workers that cannot start", () => {
  it("says why once, in one sentence, and leaves nothing behind", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const failed = daemonWith({ listeners: ["policy: unix:@DIR@/p.sock", `policy: 127.0.0.1:${port}`] });
    await expect(failed).rejects.toThrow(
      new RegExp(
        `^the daemon ended: fromguard: \\S+/fromguard\\.yaml:6:5: listeners\\[1\\]\\.policy: cannot listen on 127\\.0\\.0\\.1:${port}: it is in use\\n$`,
      ),
    );
  });
});
