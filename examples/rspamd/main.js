// Rspamd asks fromguard: an honest message, a forged one, and one while fromguard is down. Needs rspamd and rspamc (Debian: rspamd).
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createGuard, headerOriginatorsOwned, loginOwnsEnvelope, ownedAddresses } from "@fromguard/core";
import { createHandler } from "@fromguard/http";
import { serve } from "@hono/node-server";

const ownership = ownedAddresses({ ann: ["ann@example.com"] });
const guard = createGuard({ rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })] });

/** Runs the example, and prints a line a message: what it is, the action, the symbols. */
export async function main(print = console.log) {
  const folder = await mkdtemp(join(tmpdir(), "fromguard-example-"));
  const fromguard = serve({ fetch: createHandler({ guard }), port: 0, hostname: "127.0.0.1" });
  await once(fromguard, "listening");
  const port = await freePort();
  const rspamd = await startRspamd(folder, port, fromguard.address().port);
  const ask = async (what, message) => {
    const { action, symbols } = await scan(port, folder, message);
    print(`${what}: ${action} ${Object.keys(symbols).join(" ")}`.trim());
  };
  try {
    await ask("honest", "From: ann@example.com\r\nSubject: hello\r\n\r\nhello\r\n");
    await ask("forged", "From: ceo@example.com\r\nSubject: hello\r\n\r\nhello\r\n");
    await new Promise((resolve) => fromguard.close(resolve));
    await ask("fromguard down", "From: ann@example.com\r\nSubject: hello\r\n\r\nhello\r\n");
  } finally {
    fromguard.close();
    rspamd.kill();
    await once(rspamd, "exit");
    await rm(folder, { recursive: true });
  }
}

async function startRspamd(folder, port, fromguardPort) {
  const template = await readFile(new URL("rspamd.conf", import.meta.url), "utf8");
  const filled = { FOLDER: folder, PORT: port, FROMGUARD: fromguardPort };
  const config = template.replace(/\b(?:FOLDER|PORT|FROMGUARD)\b/g, (word) => String(filled[word]));
  await writeFile(join(folder, "rspamd.conf"), config);
  await copyFile(new URL("rule.lua", import.meta.url), join(folder, "rule.lua"));
  const asRoot = process.getuid() === 0 ? ["-i", "-u", "root", "-g", "root"] : [];
  const args = ["-f", ...asRoot, "-c", join(folder, "rspamd.conf")];
  const child = spawn("/usr/bin/rspamd", args, { stdio: "ignore" });
  for (const end = Date.now() + 20_000; !(await isListening(port)); ) {
    if (Date.now() > end || child.exitCode !== null)
      throw new Error(`rspamd does not listen; see: rspamd ${args.join(" ")}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

async function scan(port, folder, message) {
  const file = join(folder, "message.eml");
  await writeFile(file, message);
  const facts = ["--user", "ann", "--from", "ann@example.com", "--ip", "192.0.2.7", "--helo", "client.example"];
  const args = ["--connect", `127.0.0.1:${port}`, "--compact", ...facts, file];
  return JSON.parse((await promisify(execFile)("/usr/bin/rspamc", args)).stdout);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => resolve(true)).once("connect", () => socket.destroy());
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
