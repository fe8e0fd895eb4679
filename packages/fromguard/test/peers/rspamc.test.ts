import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hookRequestOf } from "../../../http/test/mta-hooks/stalwart.js";
import { notRun, rspamc, runRspamc } from "../../../http/test/peers/rspamd.js";
import { bundleCli } from "../support/bundle-cli.js";
import { blocksOf, page } from "../support/page.js";
import { Daemon } from "./daemon.js";
import { freePorts } from "./postfix.js";

const mail = (from: string) => Buffer.from(`From: ${from}\r\nSubject: hello\r\n\r\nhi\r\n`);
const asAnn = ["--user", "ann", "--from", "ann@example.com", "--rcpt", "bob@example.org"];

/** The first configuration of a page, with a port and a map of its own. */
function configOf(path: string, port: number): string {
  const [config] = blocksOf(page(path)).filter(({ language }) => language === "yaml");
  return config!.text
    .replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`)
    .replace(/texthash:\S+/, "texthash:@DIR@/senders");
}

describe.skipIf(notRun !== undefined)("fromguard serve with the configuration of", () => {
  const daemons: Daemon[] = [];
  const started = async (path: string) => {
    const [port] = (await freePorts(1)) as [number];
    const cli = await bundleCli();
    const files = { senders: "ann@example.com ann\n" };
    const daemon = await Daemon.start({ cli, files, config: configOf(path, port), ready: /"ready"/ });
    daemons.push(daemon);
    return { daemon, port };
  };
  afterAll(async () => {
    for (const daemon of daemons) await daemon.stop();
  });

  describe("docs/rspamd.md", () => {
    let at = "";
    let daemon: Daemon;
    beforeAll(async () => {
      const running = await started("docs/rspamd.md");
      at = `127.0.0.1:${running.port}`;
      daemon = running.daemon;
    });

    it("answers rspamc, and logs the decision", async () => {
      expect(await rspamc(at, mail("ann@example.com"), asAnn)).toMatchObject({ action: "no action" });
      expect(await rspamc(at, mail("ceo@example.com"), asAnn)).toMatchObject({
        action: "reject",
        symbols: { FROMGUARD_FROM_NOT_OWNED: { score: 15, options: [] } },
      });
      await daemon.until(/"code":"from-not-owned"/);
    });

    it("answers it about 2 MB, compressed and of several recipients", async () => {
      const large = Buffer.concat([mail("ceo@example.com"), Buffer.alloc(2_000_000, "line of text\r\n")]);
      const options = [...asAnn, "--rcpt", "eve@example.org", "--compressed"];
      expect(await rspamc(at, large, options)).toMatchObject({ action: "reject" });
    });

    it("passes nothing of who sends no envelope", async () => {
      expect((await runRspamc(at, mail("ann@example.com"), ["--user", "ann"])).out).toContain("soft reject");
    });
  });

  it("docs/stalwart.md answers a hook", async () => {
    const { port } = await started("docs/stalwart.md");
    const ask = async (raw: Uint8Array) => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify(hookRequestOf("data", { login: "ann", raw }));
      return await (await fetch(`http://127.0.0.1:${port}/mta-hooks`, { method: "POST", headers, body })).json();
    };
    expect(await ask(mail("ann@example.com"))).toMatchObject({ action: "accept" });
    expect(await ask(mail("ceo@example.com"))).toMatchObject({ action: "reject", response: { status: 553 } });
  });
});
