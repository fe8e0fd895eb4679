import { networkInterfaces } from "node:os";
import { loginEqualsSenders, named, pass, rule, score, unknown } from "@fromguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { listening } from "../listening.js";
import { PrivateRspamd, rspamc, runRspamc, whyNotRun } from "./rspamd.js";

const mismatch = score({ reject: 15 }, [named("FROM_HEADER_MISMATCH", loginEqualsSenders()), 16]);
const down = rule("down", ["login"], () => unknown("table-unavailable", "down"));
const asAnn = ["--user", "ann@example.com", "--from", "ann@example.com", "--rcpt", "bob@example.org"];
const honest = Buffer.from("From: ann@example.com\r\nSubject: hello\r\n\r\nhi\r\n");
const forged = Buffer.from("From: ceo@example.com\r\nSubject: hello\r\n\r\nhi\r\n");

describe.skipIf(whyNotRun() !== undefined)("Debian's rspamc asks fromguard", () => {
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

describe.skipIf(whyNotRun() !== undefined)("Rspamd's proxy asks fromguard", () => {
  const proxy = async (host: string, port: number) => {
    const rspamd = await PrivateRspamd.start({
      worker: (bound) => `worker "rspamd_proxy" {
  bind_socket = "127.0.0.1:${bound}";
  count = 1;
  upstream "fromguard" { default = yes; hosts = "${host}:${port}"; compression = yes; }
}`,
    });
    onTestFinished(() => rspamd.stop());
    return `127.0.0.1:${rspamd.port}`;
  };

  it.skipIf(own === undefined)("at an address that is not loopback", async () => {
    const at = await proxy(own!, await listening([mismatch], {}, own));
    expect(await rspamc(at, honest, asAnn)).toMatchObject({ action: "no action" });
    expect(await rspamc(at, forged, asAnn)).toMatchObject({ action: "reject", score: 16 });
  });

  it("and passes nothing at one that is", async () => {
    const at = await proxy("127.0.0.1", await listening([rule("accepts", ["listener"], () => pass())]));
    const { out } = await runRspamc(at, honest, asAnn);
    expect(out).not.toContain("no action");
  });
});
