import { describe, expect, it, onTestFinished } from "vitest";
import { startNameServer } from "../../../fromguard/src/demo/name-server.js";
import { failingPolicy } from "./haraka.js";
import { HONEST, serve, serveOwned } from "./support.js";

const LATER = "451 4.3.0 Sender verification is temporarily unavailable";

describe("what cannot be found out is 4xx", () => {
  it("a table that is down", async () => {
    const haraka = await serve({
      config: { "fromguard.yaml": "ownership:\n  - login-map: fail:down\nrules: [login-owns-envelope]\n" },
    });
    const client = await haraka.open("ann");
    expect(await client.command("MAIL FROM:<ann@example.com>")).toMatch(/^4\d\d 4\.\d\.\d /);
  });

  it("a name server that does not answer", async () => {
    const dns = await startNameServer({ "example.com": { mx: "mx.example.com" }, "example.net": "down" });
    onTestFinished(dns.close);
    const haraka = await serve({
      config: { "fromguard.yaml": `dns: { servers: ["${dns.address}"], timeout-ms: 200 }\nrules: [domain-exists]\n` },
    });
    const client = await haraka.open("ann");
    expect(await client.command("MAIL FROM:<ann@example.net>")).toMatch(/^4\d\d 4\.\d\.\d /);
    expect(await client.command("MAIL FROM:<ann@example.com>")).toMatch(/^250 /);
  });

  it("a rule that throws, one that does not answer in time, and an edit that Haraka cannot make", async () => {
    const haraka = await serve({
      config: { "fromguard.ini": "policy=policy.mjs\n", "policy.mjs": await failingPolicy() },
    });
    const client = await haraka.open("ann");
    expect(await client.command("MAIL FROM:<bug@example.com>")).toMatch(/^451 4\.3\.0 /);
    expect(await client.command("MAIL FROM:<slow@example.com>")).toMatch(/^451 4\.3\.0 /);
    expect(await client.send("late@example.com", HONEST)).toMatch(/^451 4\.3\.0 /);
    expect(await client.send("held@example.com", HONEST)).toMatch(/^450 4\.3\.0 /);
    expect(await haraka.queued()).toEqual([]);
    expect(haraka.log).toContain("no quarantine that is sure");
    expect(await client.send("renamed@example.com", HONEST)).toMatch(/^250 /);
    expect(await haraka.queued()).toMatchObject([{ sender: "<other@example.com>" }]);
  });

  it("a message that another plugin reads, or discards", async () => {
    const haraka = await serveOwned("rules: [header-originators-owned]\n", {
      config: { plugins: "hold\nfromguard\nauth/flat_file\nrcpt_to.in_host_list\nkeep\n" },
      plugins: {
        "hold.js": `exports.hook_data = function (next, { transaction }) {
          if (transaction.mail_from.user === "discarded") transaction.discard_data = true;
          next();
        };
        exports.register = function () { this.register_hook("data_post", "hold", -100); };
        exports.hold = function (next, { transaction }) {
          if (transaction.mail_from.user === "held") {
            const { Writable } = require("node:stream");
            transaction.message_stream.pipe(new Writable({ highWaterMark: 1, write: () => {} }));
          }
          next();
        };`,
      },
    });
    const client = await haraka.open("ann");
    expect(await client.send("discarded@example.com", HONEST)).toBe(LATER);
    expect(await client.send("held@example.com", HONEST)).toBe(LATER);
    expect(await haraka.queued()).toEqual([]);
    expect(await client.send("ann@example.com", HONEST)).toMatch(/^250 /);
  });

  it("a client that leaves in its message leaves nothing behind", async () => {
    const haraka = await serveOwned("rules: [header-originators-owned]\n");
    const client = await haraka.open("ann");
    await client.command("MAIL FROM:<ann@example.com>");
    await client.command("RCPT TO:<bob@example.org>");
    await client.command("DATA");
    client.socket.write("From: ann@example.com\r\n\r\nhello\r\n");
    client.socket.end();
    await haraka.logged(/client (?:half closed|dropped) connection/);
    expect(await haraka.queued()).toEqual([]);
    expect(await (await haraka.open("ann")).send("ann@example.com", HONEST)).toMatch(/^250 /);
  });
});
