import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { fail, pass, rule, unknown, warnOnly } from "@fromguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { listening } from "../support/listening.js";
import { notRun, PrivateRspamd, type Scan } from "./rspamd.js";

const FOLDER = new URL("../../../../examples/rspamd/", import.meta.url);
const LUA = readFileSync(new URL("rule.lua", FOLDER), "utf8");

it("the rule has at most 40 lines", () => {
  expect(LUA.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
});

describe.skipIf(notRun !== undefined)("examples/rspamd", () => {
  it("prints what Rspamd does with an honest message, a forged one, and one while fromguard is down", async () => {
    const { main } = (await import(/* @vite-ignore */ fileURLToPath(new URL("main.js", FOLDER)))) as {
      main(print: (line: string) => void): Promise<void>;
    };
    const lines: string[] = [];
    await main((line) => lines.push(line));
    expect(lines).toEqual([
      "honest: no action",
      "forged: reject FROMGUARD_FROM_NOT_OWNED",
      "fromguard down: soft reject FROMGUARD_DEFERRED",
    ]);
    expect(readFileSync(new URL("README.md", FOLDER), "utf8")).toContain(`start\n${lines.join("\n")}\n`);
  });

  /** What Rspamd answers about a message, its rule asking at a port. */
  async function scan(port: number, fields: Readonly<Record<string, string>>, options = ""): Promise<Scan> {
    const worker = (at: number) => `worker "normal" { bind_socket = "127.0.0.1:${at}"; count = 1; }
fromguard { url = "http://127.0.0.1:${port}/v1/check"; ${options} }`;
    const rspamd = await PrivateRspamd.start({ lua: LUA, worker });
    onTestFinished(() => rspamd.stop());
    const [headers, body] = [new Headers(fields), "From: ann@example.com\r\n\r\nhi\r\n"];
    const response = await fetch(`http://127.0.0.1:${rspamd.port}/checkv2`, { method: "POST", headers, body });
    return (await response.json()) as Scan;
  }

  it("tells what Rspamd knows", async () => {
    const seen: unknown[] = [];
    const sees = rule("sees", ["login", "client", "helo", "envelopeFrom", "headers"], (given) => {
      seen.push([given.login, given.client?.address, given.helo, given.envelopeFrom.kind, given.headers.view]);
      return pass();
    });
    const port = await listening([sees]);
    const User = Buffer.from("j\u00f6rg, 5%").toString("latin1");
    expect(await scan(port, { User, From: "<>", IP: "2001:db8::7", Helo: "client.example" })).toMatchObject({
      action: "no action",
      symbols: {},
    });
    expect(seen).toEqual([["j\u00f6rg, 5%", "2001:db8::7", "client.example", "null", "bytes"]]);
  });

  it("shows the token, without which it gets a soft reject", async () => {
    const secret = "a-secret-of-twenty-characters";
    const port = await listening([rule("passes", [], () => pass())], {
      tokens: () => [{ name: "rspamd", secret, rights: ["check"] }],
    });
    const ann = { User: "ann", From: "ann@example.com" };
    expect(await scan(port, ann)).toMatchObject({ action: "soft reject" });
    expect(await scan(port, ann, `token = "${secret}";`)).toMatchObject({ action: "no action", symbols: {} });
  });

  it("inserts a symbol for each code, also of what is only observed", async () => {
    const port = await listening([
      warnOnly(rule("watches", ["login"], () => fail("relay-denied"))),
      rule("down", ["login"], () => unknown("table-unavailable", "down")),
      rule("refuses", ["headers"], () => fail("from-not-owned")),
    ]);
    const { action, symbols } = await scan(port, { User: "ann", From: "ann@example.com" });
    expect(action).toBe("reject");
    expect(Object.keys(symbols).sort()).toEqual([
      "FROMGUARD_FROM_NOT_OWNED",
      "FROMGUARD_RELAY_DENIED",
      "FROMGUARD_TABLE_UNAVAILABLE",
    ]);
  });

  it("does not pass a message without an edit that it cannot make", async () => {
    const tags = rule("tags", ["headers"], () => pass("ok", [{ kind: "add-header", name: "X", value: "1" }]));
    expect(await scan(await listening([tags]), { From: "ann@example.com" })).toMatchObject({ action: "soft reject" });
  });

  it.each([
    "",
    "{",
    "[]",
    '"accept"',
    "{}",
    '{"action":"accept","findings":7}',
    '{"action":"unheard"}',
    '{"findings":[{"kind":"fail"}]}',
  ])("does not pass a message for the answer %j", async (answer) => {
    const server = createServer((_request, response) => response.end(answer)).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(await scan(port, { From: "ann@example.com" })).toMatchObject({ action: "soft reject" });
  });
});
