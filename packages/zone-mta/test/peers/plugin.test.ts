import { describe, expect, it } from "vitest";
import { BOTH, FORGED, HONEST, owned } from "./support.js";
import { whyNot, ZoneMta } from "./zone-mta.js";

const reason = whyNot();
const fields = (...lines: readonly string[]) => `${lines.map((line) => `${line}\r\n`).join("")}\r\nhello\r\n`;

describe.skipIf(reason)("a receiver of ZoneMTA with the plugin", () => {
  it("queues honest mail with its header as it came, and refuses forged mail", async () => {
    const zone = await ZoneMta.start("receiver", owned(BOTH));
    const client = await zone.open("ann");
    expect(await client.send("ann@example.com", HONEST)).toMatch(/^250 /);
    expect(zone.queued).toHaveLength(1);
    expect(zone.queued[0]?.headers.map(({ line }) => line)).toEqual(
      expect.arrayContaining(["From: Ann <ann@example.com>", "Subject: hello"]),
    );
    expect(zone.queued[0]?.body).toBe(".dot\r\n\r\n");
    expect(await client.command("MAIL FROM:<bob@example.com>")).toMatch(/^553 5\.7\.1 Sender address rejected/);
    expect(await client.send("ann@example.com", FORGED)).toMatch(/^553 5\.7\.1 The From address/);
    expect(await client.send("", FORGED)).toMatch(/^553 5\.7\.1 /);
    expect(zone.queued).toHaveLength(1);
  });

  it("judges the octets of the header before ZoneMTA mends them", async () => {
    const zone = await ZoneMta.start("receiver", owned(BOTH));
    const client = await zone.open("eve");
    const cases: readonly (readonly [string, RegExp])[] = [
      [fields("From: eve@example.com", "From: ann@example.com"), /^553 5\.7\.1 /],
      ["From: eve@example.com\nFrom: ann@example.com\n\r\n\r\nhello\r\n", /^550 5\.6\.0 /],
      ["From: eve@example.com\r\nX: 1\n\nFrom: ann@example.com\r\n\r\nhello\r\n", /^550 5\.6\.0 /],
      [fields("From ann@example.com Mon Nov 30 04:00:00 2026", "From: eve@example.com"), /^550 5\.6\.0 /],
      [fields("From: eve@example.com", "X: a\rFrom: ann@example.com"), /^550 5\.6\.0 /],
      [fields("From: \xff\xfe <eve@example.com>"), /^550 5\./],
      [fields("From: eve@example.com", "no field"), /^550 5\.6\.0 /],
      ["\r\nFrom: eve@example.com\r\n\r\nhello\r\n", /^550 5\.6\.0 /],
      [
        fields("From: eve@example.com", ...Array(900).fill(`X-Long: ${"x".repeat(400)}`)),
        /^550 5\.6\.0 The header is over a limit/,
      ],
    ];
    for (const [message, reply] of cases) {
      expect(await client.send("eve@example.com", Buffer.from(message, "latin1"))).toMatch(reply);
    }
    expect(zone.queued).toEqual([]);
    expect(await client.send("eve@example.com", fields("From: eve@example.com"))).toMatch(/^250 /);
    const lines = zone.log.split("\n").filter((line) => line.includes("decision"));
    expect(lines.length).toBeGreaterThan(cases.length);
    expect(lines.filter((line) => /[^\x20-\x7e]/.test(line))).toEqual([]);
  });

  it.each([
    ["message:headers", 1],
    ["message:queue", 3],
  ])("judges the header as another plugin left it in %s, with ordering %d", async (hook, ordering) => {
    const zone = await ZoneMta.start("receiver", {
      ...owned(BOTH),
      section: `enabled = "receiver"\nordering = ${ordering}\npolicy = "fromguard.yaml"\n`,
      plugins: {
        rewrite: `module.exports.title = "rewrite";
          module.exports.init = (app, done) => {
            app.addHook("${hook}", (envelope, info, next) => {
              envelope.headers.update("From", "bob@example.com");
              next();
            });
            done();
          };`,
      },
    });
    const client = await zone.open("ann");
    expect(zone.loaded).toContain("rewrite");
    expect(await client.send("ann@example.com", HONEST)).toMatch(/^553 5\.7\.1 /);
    expect(zone.queued).toEqual([]);
  });

  it("makes edits in what is kept", async () => {
    const rules =
      "rules:\n  - stamp-login: { authserv-id: auth.example.com }\n  - header-originators-owned: { cure: { to: envelope } }\n";
    const zone = await ZoneMta.start("receiver", owned(rules));
    const client = await zone.open("ann");
    expect(await client.send("ann@example.com", `Received: from x\r\n\tby y; z\r\n${FORGED}`)).toMatch(/^250 /);
    const lines = zone.queued[0]?.headers.map(({ line }) => line) ?? [];
    expect(lines[0]).toBe("Authentication-Results: auth.example.com; auth=pass smtp.auth=ann");
    expect(lines).toContain("Received: from x\r\n\tby y; z");
    expect(lines.filter((line) => line.startsWith("From:"))).toEqual([expect.stringContaining("<ann@example.com>")]);
  });

  it("reads the body under a rule on it", async () => {
    const zone = await ZoneMta.start("receiver", owned("rules: [body-unambiguous]\n"));
    const client = await zone.open("ann");
    const smuggled = `${HONEST}x\n.\r\nMAIL FROM:<eve@example.com>\r\n`;
    expect(await client.send("ann@example.com", smuggled)).toMatch(/^550 5\.6\.0 /);
    expect(await client.send("ann@example.com", HONEST)).toMatch(/^250 /);
    expect(zone.queued).toHaveLength(1);
  });
});

describe.skipIf(reason)("mail dropped over HTTP", () => {
  it("is judged by the user that the request names, in both forms", async () => {
    const zone = await ZoneMta.start("main", owned(BOTH));
    const send = (user: string, from: string, header = from) =>
      zone.post(
        "/send",
        JSON.stringify({
          envelope: { from, to: ["bob@example.org"] },
          from: header,
          to: "bob@example.org",
          subject: "x",
          text: "hi",
        }),
        { "content-type": "application/json", "x-authenticated-user": user },
      );
    const raw = (user: string, text: string) =>
      zone.post("/send-raw", `To: bob@example.org\r\n${text}`, {
        "content-type": "message/rfc822",
        "x-authenticated-user": user,
      });
    expect(await send("ann", "ann@example.com")).toMatchObject({ status: 200 });
    expect(await raw("ann", HONEST)).toMatchObject({ status: 200 });
    expect(zone.queued.map(({ from }) => from)).toEqual(["ann@example.com", "ann@example.com"]);
    const refused = {
      status: 500,
      body: { error: expect.stringMatching(/^5\.7\.1 .*not owned by the authenticated user/) },
    };
    expect(await send("eve", "ann@example.com")).toMatchObject(refused);
    expect(await send("eve", "eve@example.com", "ann@example.com")).toMatchObject(refused);
    expect(await raw("ann", FORGED)).toMatchObject(refused);
    expect(await raw("ann", `Sender: ann@example.com\r\n${FORGED}`)).toMatchObject(refused);
    expect(zone.queued).toHaveLength(2);
  });

  it("is not judged from interfaces that are skipped", async () => {
    const section = 'enabled = "main"\npolicy = "fromguard.yaml"\nskip_interfaces = ["api"]\n';
    const zone = await ZoneMta.start("main", { ...owned(BOTH), section });
    const body = JSON.stringify({ from: "bob@example.com", to: "bob@example.org", text: "hi" });
    const headers = { "content-type": "application/json", "x-authenticated-user": "ann" };
    expect(await zone.post("/send", body, headers)).toMatchObject({ status: 200 });
  });
});
