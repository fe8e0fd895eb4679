import { describe, expect, it, onTestFinished } from "vitest";
import { startNameServer } from "../../src/demo/name-server.js";
import { askPolicy } from "../../src/demo/policy-client.js";
import { folderWith } from "../support/folder.js";
import { events, start } from "../support/running.js";

/** What a daemon logs of one question that it refuses. */
async function refused(level: string) {
  const names = await startNameServer({ "example.com": { mx: "mx.example.com", a: "192.0.2.1" } });
  onTestFinished(() => names.close());
  const folder = await folderWith({
    map: "# senders\nann@example.com ann\n",
    "f.yaml": `listeners: [{ policy: 127.0.0.1:0 }]
ownership: [{ login-map: texthash:map }]
rules: [sender-fqdn, domain-exists, login-owns-envelope]
dns: { servers: ["${names.address}"] }
log: { level: ${level} }
`,
  });
  const { io, stop } = await start(`${folder}/f.yaml`);
  const address = events(io).find(({ kind }) => kind === "policy")?.address as string;
  const reply = await askPolicy(address, { login: "bob", sender: "ann@example.com", recipient: "x@example.com" });
  await stop();
  return { folder, reply, lines: events(io).filter(({ event }) => event !== "listening") };
}

describe("the level debug", () => {
  it("tells what each rule found, with the id of the reply, and what DNS and the sources answered", async () => {
    const { folder, reply, lines } = await refused("debug");
    const trace = /\(trace ([0-9a-f]{10})\)$/.exec(reply)?.[1];
    const source = `${folder}/map:2`;
    const of = (wanted: string) =>
      lines.filter(({ event }) => event === wanted).map(({ time, event, ...rest }) => rest);
    expect(of("finding")).toEqual([
      { level: "debug", trace, rule: "sender-fqdn", verdict: "pass", code: "ok" },
      { level: "debug", trace, rule: "domain-exists", verdict: "pass", code: "ok" },
      {
        level: "debug",
        trace,
        rule: "login-owns-envelope",
        verdict: "fail",
        code: "envelope-not-owned",
        address: "ann@example.com",
        source,
      },
    ]);
    expect(of("dns-answer")).toEqual([
      {
        level: "debug",
        type: "MX",
        name: "example.com",
        answer: "records",
        records: ['{"preference":10,"exchange":"mx.example.com"}'],
      },
    ]);
    expect(of("ownership-answer")).toEqual([
      {
        level: "debug",
        login: "bob",
        address: "ann@example.com",
        role: "envelope",
        answer: "no-others-own-it",
        source,
      },
    ]);
    expect(of("decision")).toMatchObject([{ level: "info", trace, action: "reject" }]);
  });

  it("is of no other level", async () => {
    const { lines } = await refused("info");
    expect(lines.map(({ event }) => event)).toEqual(["ready", "decision", "stopping", "stopped"]);
  });
});
