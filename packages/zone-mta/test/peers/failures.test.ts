import { describe, expect, it, onTestFinished } from "vitest";
import { startNameServer } from "../../../fromguard/src/demo/name-server.js";
import { failingPolicy } from "../../../haraka/test/peers/haraka.js";
import { BOTH, HONEST, MAP, owned } from "./support.js";
import { whyNot, ZoneMta } from "./zone-mta.js";

const reason = whyNot();
const LATER = /^451 4\.3\.0 Sender verification is temporarily unavailable$/;
const drop = (zone: ZoneMta) =>
  zone.post("/send", JSON.stringify({ from: "ann@example.com", to: "bob@example.org", text: "hi" }), {
    "content-type": "application/json",
    "x-authenticated-user": "ann",
  });

describe.skipIf(reason)("what cannot be found out is 4xx", () => {
  it("a table that is down, over HTTP too", async () => {
    const files = { "fromguard.yaml": "ownership:\n  - login-map: fail:down\nrules: [login-owns-envelope]\n" };
    const receiver = await ZoneMta.start("receiver", { files });
    expect(await (await receiver.open("ann")).command("MAIL FROM:<ann@example.com>")).toMatch(/^4\d\d 4\.\d\.\d /);
    const main = await ZoneMta.start("main", { files });
    expect(await drop(main)).toMatchObject({ status: 500, body: { error: expect.stringMatching(/^4\.\d\.\d /) } });
    expect(main.queued).toEqual([]);
  });

  it("a name server that does not answer", async () => {
    const dns = await startNameServer({ "example.com": { mx: "mx.example.com" }, "example.net": "down" });
    onTestFinished(dns.close);
    const files = {
      "fromguard.yaml": `dns: { servers: ["${dns.address}"], timeout-ms: 200 }\nrules: [domain-exists]\n`,
    };
    const zone = await ZoneMta.start("receiver", { files });
    const client = await zone.open("ann");
    expect(await client.command("MAIL FROM:<ann@example.net>")).toMatch(/^4\d\d 4\.\d\.\d /);
    expect(await client.command("MAIL FROM:<ann@example.com>")).toMatch(/^250 /);
  });

  it("a rule that throws, one that does not answer in time, and an edit that ZoneMTA cannot make", async () => {
    const section = 'enabled = "receiver"\npolicy = "policy.mjs"\n';
    const zone = await ZoneMta.start("receiver", { files: { "policy.mjs": await failingPolicy() }, section });
    const client = await zone.open("ann");
    expect(await client.command("MAIL FROM:<bug@example.com>")).toMatch(LATER);
    expect(await client.command("MAIL FROM:<slow@example.com>")).toMatch(/^451 4\.3\.0 /);
    expect(await client.send("late@example.com", HONEST)).toMatch(LATER);
    expect(await client.send("held@example.com", HONEST)).toMatch(LATER);
    expect(zone.queued).toEqual([]);
    expect(zone.log).toContain("ZoneMTA has no quarantine");
    expect(await client.send("renamed@example.com", HONEST)).toMatch(/^250 /);
    expect(zone.queued).toMatchObject([{ from: "other@example.com" }]);
  });

  it("a client that leaves in its message leaves nothing behind", async () => {
    const zone = await ZoneMta.start("receiver", owned(BOTH));
    const client = await zone.open("ann");
    for (const line of ["MAIL FROM:<ann@example.com>", "RCPT TO:<bob@example.org>", "DATA"]) await client.command(line);
    client.socket.end("From: ann@example.com\r\n");
    expect(await client.reply()).toBe("closed");
    expect(await (await zone.open("ann")).send("ann@example.com", HONEST)).toMatch(/^250 /);
    expect(zone.queued).toHaveLength(1);
  });
});

const FAULTS = [
  ["no policy", { files: {} }, /fromguard\.yaml: cannot be read: no such file/],
  [
    "a fault in the policy",
    { files: { "fromguard.yaml": "rules:\n  - sender-fqd\n" } },
    /fromguard\.yaml:2(?::\d+)?: rules\[0\]/,
  ],
  ["a fault in a map", { files: { ...owned(BOTH).files, senders: `${MAP}/(/ ann\n` } }, /senders[:,].*2/],
  [
    "an unknown key",
    { ...owned(BOTH), section: 'enabled = ["receiver", "main"]\npolcy = "x"\n' },
    /plugins\."modules\/zonemta-fromguard"\.polcy: unknown key/,
  ],
] as const;

describe.skipIf(reason)("ZoneMTA, which goes on without a plugin that fails,", () => {
  it.each(FAULTS)("takes no mail with %s", async (_what, files, wanted) => {
    const zone = await ZoneMta.start("receiver", files);
    expect(zone.loaded).not.toContain("fromguard");
    const client = await zone.open("ann");
    expect(await client.command("MAIL FROM:<ann@example.com>")).toMatch(LATER);
    expect(zone.log).toMatch(wanted);
    expect(zone.log).not.toContain("    at ");
  });

  it.each(FAULTS)("ends its main process with %s", async (_what, files, wanted) => {
    const zone = await ZoneMta.start("main", files);
    expect(zone.child.exitCode).toBe(78);
    expect(zone.log).toMatch(wanted);
  });
});
