import { networkInterfaces } from "node:os";
import { loginEqualsSenders, named, pass, rule, score, unknown } from "@fromguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { listening } from "../support/listening.js";
import { blocksOf } from "../support/pages.js";
import { askAsMta } from "./mta.js";
import { notRun, PrivateRspamd, rspamc, runRspamc } from "./rspamd.js";

const mismatch = score({ reject: 15 }, [named("FROM_HEADER_MISMATCH", loginEqualsSenders()), 16]);
const down = rule("down", ["login"], () => unknown("table-unavailable", "down"));
const asAnn = ["--user", "ann@example.com", "--from", "ann@example.com", "--rcpt", "bob@example.org"];
const honest = Buffer.from("From: ann@example.com\r\nSubject: hello\r\n\r\nhi\r\n");
const forged = Buffer.from("From: ceo@example.com\r\nSubject: hello\r\n\r\nhi\r\n");

describe.skipIf(notRun !== undefined)("Debian's rspamc asks fromguard", () => {
  it("about an honest message and a forged one", async () => {
    const at = `127.0.0.1:${await listening([mismatch])}`;
    expect(await rspamc(at, honest, asAnn)).toMatchObject({ action: "no action", score: 0, required_score: 15 });
    expect(await rspamc(at, forged, asAnn)).toMatchObject({
      action: "reject",
      score: 16,
      required_score: 15,
      symbols: { FROM_HEADER_MISMATCH: { score: 16 } },
      messages: { smtp_message: expect.stringContaining("refused by its score") },
    });
  });

  it("and prints the verdict in words", async () => {
    const at = `127.0.0.1:${await listening([mismatch])}`;
    const { out } = await runRspamc(at, forged, asAnn, []);
    expect(out).toMatch(/^Action: reject$/m);
    expect(out).toMatch(/^Score: 16\.00 \/ 15\.00$/m);
    expect(out).toMatch(/^Symbol: FROM_HEADER_MISMATCH \(16\.00\)/m);
  });

  it("compressed", async () => {
    const at = `127.0.0.1:${await listening([mismatch])}`;
    const large = Buffer.concat([forged, Buffer.alloc(500_000, "line of text\r\n")]);
    expect(await rspamc(at, large, [...asAnn, "--compressed"])).toMatchObject({ action: "reject" });
  });

  it("with a token, whose right decides on options", async () => {
    const secret = "0123456789abcdef0123";
    const tokens = () => [{ name: "mta", secret, rights: ["check", "evidence"] as const }];
    const at = `127.0.0.1:${await listening([mismatch], { tokens })}`;
    const scan = await rspamc(at, forged, [...asAnn, "--header", `Authorization=Bearer ${secret}`]);
    expect(scan.symbols.FROM_HEADER_MISMATCH?.options).toContain("address=ceo@example.com");
    expect((await runRspamc(at, honest, asAnn)).out).not.toContain("no action");
  });

  it("and is told to defer where a source is down", async () => {
    const at = `127.0.0.1:${await listening([down])}`;
    expect(await rspamc(at, honest, asAnn)).toMatchObject({ action: "soft reject" });
  });
});

/** An address of this host that is not one of loopback; what is sent there does not leave it. */
const own = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === "IPv4" && !address.internal)?.address;

describe.skipIf(notRun !== undefined)("Rspamd's proxy asks fromguard", () => {
  /** The worker of docs/rspamd.md, for clients of one kind. */
  const proxy = async (host: string, port: number, client: "milter" | "http") => {
    const [block = ""] = blocksOf("rspamd.md", "").filter((text) => text.startsWith('worker "rspamd_proxy"'));
    const rspamd = await PrivateRspamd.start({
      worker: (bound) =>
        block
          .replace("127.0.0.1:11332", `127.0.0.1:${bound}`)
          .replace("192.0.2.2:11333", `${host}:${port}`)
          .replace("milter = yes", client === "milter" ? "milter = yes" : "compression = yes"),
    });
    onTestFinished(() => rspamd.stop());
    return rspamd.port;
  };

  /** What the proxy answers an MTA about a message of ann's. */
  const askedByMta = (port: number, from: string) =>
    askAsMta(port, "ann@example.com", "<ann@example.com>", [
      ["From", from],
      ["Subject", "hello"],
    ]);

  it.skipIf(own === undefined)("at an address that is not loopback", async () => {
    const at = `127.0.0.1:${await proxy(own!, await listening([mismatch], {}, own), "http")}`;
    expect(await rspamc(at, honest, asAnn)).toMatchObject({ action: "no action" });
    expect(await rspamc(at, forged, asAnn)).toMatchObject({ action: "reject", score: 16 });
  });

  it.skipIf(own === undefined)("for an MTA, which gets the verdict with our text", async () => {
    const port = await proxy(own!, await listening([mismatch], {}, own), "milter");
    expect(await askedByMta(port, "ann@example.com")).toEqual(["accept"]);
    expect(await askedByMta(port, "ceo@example.com")).toEqual([
      expect.stringMatching(/^554 5\.7\.1 Message refused by its score/),
    ]);
  });

  it.skipIf(own === undefined)("for an MTA, which defers where a source is down", async () => {
    const port = await proxy(own!, await listening([down], {}, own), "milter");
    expect(await askedByMta(port, "ann@example.com")).toEqual([
      "451 4.7.1 Sender verification is temporarily unavailable",
    ]);
  });

  it.skipIf(own === undefined)("for an MTA, which is told the edits", async () => {
    const edits = rule("edits", ["headers"], () =>
      pass("ok", [
        { kind: "add-header", name: "X-Tag", value: "1" },
        { kind: "change-header", name: "Subject", occurrence: 1, value: "bye" },
        { kind: "change-envelope-from", address: "eve@example.com" },
      ]),
    );
    const port = await proxy(own!, await listening([edits], {}, own), "milter");
    expect(await askedByMta(port, "ann@example.com")).toEqual([
      "change 1 Subject",
      "add Subject bye",
      "add X-Tag 1",
      "from <eve@example.com>",
      "accept",
    ]);
  });

  it("and passes nothing at an address of loopback", async () => {
    const at = `127.0.0.1:${await proxy("127.0.0.1", await listening([mismatch]), "http")}`;
    const { out } = await runRspamc(at, honest, asAnn);
    expect(out).not.toContain("no action");
  });
});
