// A Haraka with the plug-in, on loopback, and a client who sends as herself and as somebody else.
// Usage: node main.js [FOLDER OF THE PLUG-IN]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sendAsAnn } from "../smtp-client.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const require = createRequire(import.meta.url);
const haraka = dirname(require.resolve("Haraka/package.json"));
const plugin = process.argv[2] ?? dirname(require.resolve("haraka-plugin-fromguard/package.json"));

// As `haraka -i` and `npm install` leave a folder.
const folder = mkdtempSync(join(tmpdir(), "haraka-"));
cpSync(join(here, "config"), join(folder, "config"), { recursive: true });
cpSync(join(haraka, "config/connection.ini"), join(folder, "config/connection.ini"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(plugin, join(folder, "node_modules/haraka-plugin-fromguard"));
const server = spawn(process.execPath, [join(haraka, "bin/haraka"), "-c", folder], {
  stdio: ["ignore", "pipe", "inherit"],
});

let port;
const log = [];
for await (const line of createInterface({ input: server.stdout })) {
  log.push(line);
  port ??= /Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
  if (line.includes("Loading the queue")) break;
}
if (port === undefined) {
  console.error(log.join("\n"));
  process.exit(1);
}
server.stdout.resume();

// Without the number of the message, which is another each time.
await sendAsAnn(Number(port), { print: (line) => console.log(line.replace(/ \([0-9A-F-]+\.\d+\)$/, "")) });

server.kill("SIGKILL");
await once(server, "close");
rmSync(folder, { recursive: true });
