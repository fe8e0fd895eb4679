import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Haraka } from "./haraka.js";
import { HONEST, MAP, OWNED } from "./support.js";

let haraka: Haraka;

beforeAll(async () => {
  const policy = `${OWNED}rules:\n  - sender-fqdn\n  - owned-address-needs-login\n  - login-owns-envelope\n  - header-originators-owned\n`;
  haraka = await Haraka.start({ config: { senders: MAP, "fromguard.yaml": policy } });
}, 60_000);
afterAll(() => haraka?.stop());

const with_ = (...fields: readonly string[]) => `${fields.map((field) => `${field}\r\n`).join("")}\r\nhello\r\n`;

describe("a Haraka with the plugin", () => {
  it("queues an honest message with its header as it came", async () => {
    const client = await haraka.open("ann");
    expect(await client.send("ann@example.com", HONEST)).toMatch(/^250 /);
    const [queued] = await haraka.queued();
    expect(queued).toMatchObject({ sender: "<ann@example.com>", recipients: ["<bob@example.org>"] });
    expect(queued?.octets.endsWith(`\r\n${HONEST}\r\n`)).toBe(true);
    expect(haraka.log).toMatch(/\[fromguard\] decision \{"action":"accept","code":"ok","login":"ann"/);
  });

  it("refuses a forged sender at MAIL FROM with the reply of its code", async () => {
    const client = await haraka.open("eve");
    expect(await client.command("MAIL FROM:<ann@example.com>")).toMatch(/^553 5\.7\.1 Sender address rejected/);
    expect(await client.command("MAIL FROM:<ann>")).toMatch(/^5\d\d /);
    expect(await client.command("MAIL FROM:<@relay.test:ann@example.com>")).toMatch(/^553 5\.7\.1 /);
    expect(await client.command("MAIL FROM:<EVE@EXAMPLE.COM>")).toMatch(/^250 /);
  });

  it("refuses the address of a user to a client without a login", async () => {
    const client = await haraka.open();
    expect(await client.command("MAIL FROM:<ann@example.com>")).toMatch(
      /^553 5\.7\.1 Sender address rejected: not logged in/,
    );
    expect(await client.send("bob@example.net", with_("From: bob@example.net"))).toMatch(/^250 /);
  });

  it("judges the envelope by the login that came after MAIL FROM", async () => {
    const client = await haraka.open();
    expect(await client.command("MAIL FROM:<bob@example.net>")).toMatch(/^250 /);
    expect(await client.login("eve")).toMatch(/^235 /);
    expect(await client.command("RCPT TO:<bob@example.org>")).toMatch(/^250 /);
    await client.command("DATA");
    expect(await client.command("From: eve@example.com\r\n\r\nhello\r\n.")).toMatch(/^553 5\.7\.1 /);
  });

  it.each([
    ["another's address", with_("From: ann@example.com"), /^553 5\.7\.1 /],
    ["two From fields", with_("From: eve@example.com", "From: ann@example.com"), /^553 5\.7\.1 /],
    [
      "a second From behind the lines that Haraka reads",
      with_("From: eve@example.com", ...Array(1050).fill("X-A: 1"), "From: ann@example.com"),
      /^553 5\.7\.1 /,
    ],
    ["a field that Haraka drops", with_("From: eve@example.com", "__proto__ : x"), /^550 5\.6\.0 /],
    ["octets that are no UTF-8", with_("From: \xff\xfe <eve@example.com>"), /^550 5\./],
    [
      "a bare CR that Haraka makes a fold",
      with_("From: eve@example.com", "X: a\rFrom: ann@example.com"),
      /^550 5\.6\.0 /,
    ],
    ["a blank before its first field", with_("\tFrom: ann@example.com", "From: eve@example.com"), /^550 5\.6\.0 /],
    ["a NUL", with_("From: eve@example.com", "X: a\0b"), /^550 5\.6\.0 /],
    ["a line that is no field", with_("From: eve@example.com", "no field"), /^550 5\.6\.0 /],
    ["no header", "\r\nFrom: eve@example.com\r\n\r\nhello\r\n", /^550 5\.6\.0 /],
    ["no end of header", "From: eve@example.com\r\nhello", /^550 5\.6\.0 /],
    [
      "a header over its limit",
      with_("From: eve@example.com", ...Array(900).fill(`X-Long: ${"x".repeat(400)}`)),
      /^550 5\.6\.0 The header is over a limit/,
    ],
  ])("refuses a header with %s", async (_what, message, reply) => {
    const before = (await haraka.queued()).length;
    const client = await haraka.open("eve");
    expect(await client.send("eve@example.com", Buffer.from(message, "latin1"))).toMatch(reply);
    expect(await haraka.queued()).toHaveLength(before);
  });

  it("does not mend octets of a client that said HELO, and judges what Haraka makes of them too", async () => {
    const client = await haraka.open("eve");
    expect(await client.command("HELO client.test")).toMatch(/^250 /);
    const name = Buffer.from("From: \xc3\xa9 <eve@example.com>\r\n\r\nhello\r\n", "latin1");
    expect(await client.send("eve@example.com", name)).toMatch(/^250 /);
    const forged = Buffer.from("From: \xe9 <ann@example.com>\r\n\r\nhello\r\n", "latin1");
    expect(await client.send("eve@example.com", forged)).toMatch(/^550 5\./);
  });

  it("keeps the messages of one connection apart", async () => {
    const client = await haraka.open("ann");
    for (let message = 0; message < 3; message++) {
      expect(await client.send("ann@example.com", HONEST)).toMatch(/^250 /);
      expect(await client.send("ann@example.com", HONEST.replace("ann@", "bob@"))).toMatch(/^553 5\.7\.1 /);
      expect(await client.command("MAIL FROM:<bob@example.com>")).toMatch(/^553 /);
    }
  });

  it("takes the null reverse-path, and judges the header all the same", async () => {
    const client = await haraka.open("eve");
    expect(await client.send("", with_("From: ann@example.com"))).toMatch(/^553 5\.7\.1 /);
    expect(await client.send("", with_("From: eve@example.com"))).toMatch(/^250 /);
  });

  it("writes what a client sent into the log in printable ASCII", async () => {
    const client = await haraka.open("eve");
    await client.command(`MAIL FROM:<${Buffer.from("\u001b[2Jé", "utf8").toString("latin1")}@example.com>`);
    const lines = haraka.log.split("\n").filter((line) => line.includes("[fromguard] decision"));
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => /[^\x20-\x7e]/.test(line))).toEqual([]);
  });
});
