import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { request } from "node:https";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import type { Reload } from "../../src/config/following.js";
import { createMetrics } from "../../src/metrics/metrics.js";
import { startDaemon } from "../../src/serve/daemon.js";
import { loadServed } from "../../src/serve/load-served.js";
import { servedPolicy } from "../../src/serve/served-policy.js";
import { folderWith } from "../support/folder.js";
import { logOf } from "../support/log.js";
import { testIo } from "../support/test-io.js";

const tls = (name: string) => readFileSync(new URL(`./tls/${name}`, import.meta.url), "utf8");
const [OLD, NEW] = ["old-secret-of-the-mail-server", "new-secret-of-the-mail-server"];

/** Serves by this listener, from a folder with these files. */
async function served(listener: string, files: Readonly<Record<string, string>>) {
  const folder = await folderWith({ senders: "/^ann@/ ann\n", ...files });
  const text = `listeners:\n  - ${listener}\nownership: [{ login-map: "pcre:senders" }]\nrules: [login-owns-envelope]\n`;
  const config = parseConfig(text, `${folder}/fromguard.yaml`);
  const io = testIo();
  const log = logOf(io);
  const metrics = createMetrics();
  const reloads: Reload[] = [];
  const { policy, secrets } = await loadServed(config, { onReload: (reload) => reloads.push(reload) });
  const served = servedPolicy(config, { ...policy, secrets });
  const daemon = await startDaemon(() => served, { log, metrics }, { exposition: metrics });
  onTestFinished(() => daemon.close({ graceMs: 0 }));
  const address = daemon.listeners[0]?.address ?? "";
  return { folder, address, secrets, reloads, out: io.out };
}

async function statusOf(address: string, path: string, secret?: string): Promise<number> {
  const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  return (await fetch(`http://${address}${path}`, { headers })).status;
}

describe("tokens of an HTTP listener", () => {
  const TOKENS = "{ http: 127.0.0.1:0, tokens: [{ name: desk, file: token, rights: [list, metrics] }] }";

  it("open what they have a right to, and the listener asks for one", async () => {
    const { address } = await served(TOKENS, { token: `# made in May\n\n${OLD}\n` });
    const asked = ["/v1/who/ann@example.com", "/v1/may/ann", "/metrics", "/healthz", "/readyz"];
    const statuses = async (secret?: string) => Promise.all(asked.map((path) => statusOf(address, path, secret)));
    expect(await statuses(OLD)).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses(NEW)).toEqual([401, 401, 401, 200, 200]);
    expect(await statuses()).toEqual([401, 401, 401, 200, 200]);
  });

  it("are rotated by a reload; what cannot be read leaves the old ones", async () => {
    const { address, folder, secrets, reloads, out } = await served(TOKENS, { token: OLD });
    const statuses = async () => Promise.all([OLD, NEW].map((secret) => statusOf(address, "/metrics", secret)));
    const reload = async (text: string) => {
      await writeFile(`${folder}/token`, text);
      for (const follower of secrets.followers) await follower.reload();
    };
    expect(await statuses()).toEqual([200, 401]);
    await reload(`${OLD}\n${NEW}\n`);
    expect(await statuses()).toEqual([200, 200]);
    await reload(NEW);
    expect(await statuses()).toEqual([401, 200]);
    for (const broken of ["", "# none\n", "short\n", "not one word of it is right\n"]) await reload(broken);
    expect(await statuses()).toEqual([401, 200]);
    expect(reloads.map(({ kind }) => kind)).toEqual(["replaced", "replaced", "kept", "kept", "kept", "kept"]);
    expect(JSON.stringify(reloads) + out()).not.toMatch(/-secret-|not one word/);
    expect(reloads.at(-1)?.place).toMatchObject({ file: `${folder}/token`, line: 1 });
  });

  it.each([
    ["a file that is missing", "{ http: 127.0.0.1:0, tokens: [{ name: a, file: none }] }", /tokens.*no such file/s],
    [
      "a secret that is too short",
      "{ http: 127.0.0.1:0, tokens: [{ name: a, secret: short }] }",
      /at least 20 characters/,
    ],
    ["neither file nor secret", "{ http: 127.0.0.1:0, tokens: [{ name: a }] }", /file or secret/],
    [
      "a right that is none",
      `{ http: 127.0.0.1:0, tokens: [{ name: a, secret: ${OLD}, rights: [lists] }] }`,
      /did you mean/,
    ],
    ["tokens in clear for others", `{ http: "0.0.0.0:0", tokens: [{ name: a, secret: ${OLD} }] }`, /allow-remote/],
    ["a key that is none", "{ http: 127.0.0.1:0, tls: { certificate: ca, key: ca } }", /cannot be used/],
  ])("%s stops the start", async (_what, listener, message) => {
    await expect(served(listener, { ca: tls("ca.pem") })).rejects.toThrow(message);
  });
});

describe("an HTTP listener over TLS", () => {
  const FILES = {
    "ca.pem": tls("ca.pem"),
    "server.pem": tls("server.pem"),
    "server.key": tls("server.key"),
  };
  const listener = (extra: string) =>
    `{ http: "127.0.0.1:0", tls: { certificate: server.pem, key: server.key${extra} } }`;

  function ask(address: string, options: object = {}): Promise<number | string | undefined> {
    return new Promise((resolve) => {
      const url = `https://${address}/v1/check`;
      const asking = request(url, { method: "POST", agent: false, ca: tls("ca.pem"), ...options }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      });
      asking.on("error", () => resolve("no answer"));
      asking.setHeader("content-type", "application/json");
      asking.end('{"login":"ann","envelopeFrom":"ann@example.com"}');
    });
  }

  it("answers", async () => {
    const { address } = await served(listener(""), FILES);
    expect(await ask(address)).toBe(200);
    await expect(fetch(`http://${address}/healthz`)).rejects.toThrow();
  });

  it("with an authority of clients answers those alone that have its certificate", async () => {
    const { address } = await served(listener(", client-ca: ca.pem"), FILES);
    const own = { cert: tls("client.pem"), key: tls("client.key") };
    const strange = { cert: tls("stranger.pem"), key: tls("stranger.key") };
    expect([await ask(address, own), await ask(address), await ask(address, strange)]).toEqual([
      200,
      "no answer",
      "no answer",
    ]);
  });

  it("takes a new certificate by a reload", async () => {
    const { address, folder, secrets } = await served(listener(""), FILES);
    await writeFile(`${folder}/server.pem`, tls("stranger.pem"));
    await writeFile(`${folder}/server.key`, tls("stranger.key"));
    for (const follower of secrets.followers) await follower.reload();
    expect(await ask(address)).toBe("no answer");
    expect(await ask(address, { ca: tls("stranger.pem"), checkServerIdentity: () => undefined })).toBe(200);
  });
});
