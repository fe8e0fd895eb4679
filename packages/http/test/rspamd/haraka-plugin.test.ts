import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { loginEqualsSenders, named, pass, type Rule, rule, score, unknown } from "@fromguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { listening } from "../support/listening.js";
import { blocksOf } from "../support/pages.js";

/** The host's globals for plug-ins (haraka-constants). */
const DENY = 902;
const DENYSOFT = 903;
Object.assign(globalThis, { DENY, DENYSOFT });

const require = createRequire(import.meta.url);
const plugin = require("haraka-plugin-rspamd") as Record<string, unknown> & { load_rspamd_ini(): void };
const { module_config } = require("haraka-config") as {
  module_config(folder: string): { stop_watching(name: string): void };
};

const mismatch = score({ reject: 15 }, [named("FROM_HEADER_MISMATCH", loginEqualsSenders()), 16]);
const down = rule("down", ["login"], () => unknown("table-unavailable", "down"));

/** The file of docs/rspamd.md, with the port of a server. */
const [ini] = blocksOf("rspamd.md", "ini").filter((text) => text.includes("[check]"));

interface Mail {
  readonly login?: string;
  readonly from?: string;
  readonly header?: string;
  /** More of the file. */
  readonly auth?: string;
}

/** Sends one message through the plug-in as it is, and gives what it says to Haraka. */
async function send(
  port: number,
  { login, from = "ann@example.com", header = "From: ann@example.com", auth = "" }: Mail,
) {
  const folder = await mkdtemp(join(tmpdir(), "fromguard-haraka-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "config"));
  await writeFile(join(folder, "config", "rspamd.ini"), `${ini!.replace("11333", String(port))}${auth}`);
  const added: [string, string][] = [];
  const removed: string[] = [];
  const notes: object[] = [];
  const results = { add: (_plugin: unknown, result: object) => notes.push(result), get: () => undefined };
  const stream = Readable.from([Buffer.from(`${header}\r\nSubject: hello\r\n\r\nhi\r\n`)]).pipe(new PassThrough());
  const connection = {
    notes: login === undefined ? {} : { auth_user: login },
    relaying: login !== undefined,
    remote: { ip: "127.0.0.1", host: "localhost", is_private: true, is_local: true },
    hello: { host: "client.example" },
    tls: { enabled: false },
    results,
    logdebug: () => undefined,
    logerror: () => undefined,
    loginfo: () => undefined,
    transaction: {
      uuid: "ABC.1",
      mail_from: { address: from },
      rcpt_to: [{ address: "bob@example.org" }],
      results,
      message_stream: stream,
      add_header: (name: string, value: string) => added.push([name, value]),
      remove_header: (name: string) => removed.push(name),
    },
  };
  const config = module_config(folder);
  const self = Object.assign(Object.create(plugin), {
    name: "rspamd",
    timeout: 10,
    config,
  }) as typeof plugin & { rspamd_data_post(next: (...told: unknown[]) => void, connection: unknown): void };
  self.load_rspamd_ini();
  // Haraka follows the file; here it goes with the test.
  config.stop_watching("rspamd.ini");
  const told = await new Promise<readonly unknown[]>((resolve) => {
    self.rspamd_data_post((...told) => resolve(told), connection);
  });
  return {
    code: told[0],
    message: String((told[1] as { reply?: string } | undefined)?.reply ?? told[1]),
    added,
    removed,
    notes,
  };
}

describe("haraka-plugin-rspamd asks fromguard", () => {
  it("and lets an honest message pass", async () => {
    const { code, notes } = await send(await listening([mismatch]), { login: "ann@example.com" });
    expect(code).toBeUndefined();
    expect(notes).toContainEqual(expect.objectContaining({ action: "no action", score: 0, required_score: 15 }));
  });

  it("and refuses a forged one with our text", async () => {
    const forged = { login: "ann@example.com", header: "From: ceo@example.com" };
    const { code, message, notes } = await send(await listening([mismatch]), forged);
    expect(code).toBe(DENY);
    expect(message).toContain("refused by its score");
    expect(notes).toContainEqual(expect.objectContaining({ action: "reject", symbols: { FROM_HEADER_MISMATCH: 16 } }));
  });

  it("with a token", async () => {
    const tokens = () => [{ name: "mta", secret: "0123456789abcdef0123", rights: ["check"] as const }];
    const auth = "[auth]\nheader = Authorization\nvalue = Bearer 0123456789abcdef0123\n";
    const { code } = await send(await listening([mismatch], { tokens }), { login: "ann@example.com", auth });
    expect(code).toBeUndefined();
  });

  it("and takes a message from the null reverse-path, for which it sends no From", async () => {
    const { code } = await send(await listening([mismatch]), { login: "ann@example.com", from: "" });
    expect(code).toBeUndefined();
  });

  it("and makes the edits", async () => {
    const edits = rule("edits", ["headers"], () =>
      pass("ok", [
        { kind: "add-header", name: "Sender", value: "ann@example.com" },
        { kind: "change-header", name: "Subject", occurrence: 1, value: "bye" },
      ]),
    );
    const { code, added, removed } = await send(await listening([edits]), { login: "ann@example.com" });
    expect(code).toBeUndefined();
    expect(removed).toEqual(["Subject"]);
    expect(added).toEqual([
      ["Subject", "bye"],
      ["Sender", "ann@example.com"],
    ]);
  });

  it.each<readonly [what: string, rules: readonly Rule[], options: object]>([
    ["where a source is down", [down], {}],
    ["where a message is over the limit", [mismatch], { maxBodyBytes: 10 }],
    [
      "where it has no token",
      [mismatch],
      { tokens: () => [{ name: "mta", secret: "0123456789abcdef0123", rights: ["check"] as const }] },
    ],
  ])("and defers %s", async (_what, rules, options) => {
    const { code } = await send(await listening(rules, options), { login: "ann@example.com" });
    expect(code).toBe(DENYSOFT);
  });

  it("and defers where nobody listens", async () => {
    const { code, message } = await send(1, { login: "ann@example.com" });
    expect([code, message]).toEqual([DENYSOFT, "Rspamd scan error"]);
  });
});
