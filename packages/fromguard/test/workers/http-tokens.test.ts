import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Daemon } from "../peers/daemon.js";
import { bundleCli } from "../support/bundle-cli.js";

let cli: string;
beforeAll(async () => {
  cli = await bundleCli();
}, 120_000);

const [OLD, NEW] = ["old-secret-of-the-mail-server", "new-secret-of-the-mail-server"];
/** Connections of each secret: enough that every worker is asked. */
const CONNECTIONS = 6;
const QUESTION = '{"login":"ann","envelopeFrom":"ann@example.com"}';

async function daemonWith(workers: string) {
  const daemon = await Daemon.start({
    cli,
    files: { senders: "/^ann@/ ann\n", token: OLD },
    config: `${workers}user: root
listeners:
  - { http: "127.0.0.1:0", tokens: [{ name: desk, file: token, rights: [check] }] }
ownership:
  - login-map: pcre:senders
rules: [login-owns-envelope]
`,
    ready: /"event":"ready"/,
  });
  onTestFinished(() => daemon.stop());
  const address = daemon.events.find(({ kind }) => kind === "http")?.address;
  const ask = async (secret: string) => {
    const response = await fetch(`http://${address}/v1/check`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${secret}`, connection: "close" },
      body: QUESTION,
    });
    const { action } = (await response.json()) as { readonly action?: string };
    return [response.status, action];
  };
  /** What each connection is answered, the same answers once. */
  const answers = async (secret: string) => {
    const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(secret)));
    expect(all).toHaveLength(CONNECTIONS);
    return [...new Set(all.map(String))];
  };
  return { daemon, answers };
}

const OPENS = ["200,accept"];
const OPENS_NOTHING = ["401,"];

describe.each([
  ["alone", "", 1],
  ["with two workers", "workers: 2\n", 2],
] as const)("the tokens of a daemon %s", (_how, workers, processes) => {
  it("are rotated by a signal, in every process; what is broken leaves those before", async () => {
    const { daemon, answers } = await daemonWith(workers);
    const rotate = async (text: string, event: string, count: number) => {
      await writeFile(`${daemon.folder}/token`, text);
      daemon.signal("SIGHUP");
      await daemon.logged(event, count);
    };
    expect([await answers(OLD), await answers(NEW)]).toEqual([OPENS, OPENS_NOTHING]);

    await rotate(`${OLD}\n${NEW}\n`, "http-secrets-reloaded", processes);
    expect([await answers(OLD), await answers(NEW)]).toEqual([OPENS, OPENS]);

    await rotate(NEW, "http-secrets-reloaded", 2 * processes);
    expect([await answers(OLD), await answers(NEW)]).toEqual([OPENS_NOTHING, OPENS]);

    await rotate("short\n", "http-secrets-kept", 1);
    expect([await answers(OLD), await answers(NEW)]).toEqual([OPENS_NOTHING, OPENS]);
    expect(daemon.output).not.toMatch(/-secret-of-/);
  });
});
