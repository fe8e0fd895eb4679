// A Postfix of its own on loopback, with a Dovecot that knows its passwords, and the daemon as its policy service and
// its milter. Needs root and Debian's postfix and dovecot-core.
// Usage: node main.js [CLI OF FROMGUARD]
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { logInAsAnn, sendAsAnn } from "../smtp-client.js";

const installed = fileURLToPath(new URL("dist/cli.js", import.meta.resolve("fromguard/package.json")));
const [cli = installed] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "fromguard-example-"));
// Neither Postfix nor the daemon stays root.
chmodSync(folder, 0o755);
const places = { FOLDER: folder, SMTP: await freePort(), POLICY: await freePort(), MILTER: await freePort() };
for (const name of ["main.cf", "master.cf", "dovecot.conf", "users", "fromguard.yaml", "senders"]) {
  const text = readFileSync(new URL(name, import.meta.url), "utf8");
  writeFileSync(
    join(folder, name),
    text.replace(/\b(?:FOLDER|SMTP|POLICY|MILTER)\b/g, (word) => String(places[word])),
  );
}

const daemon = spawn(process.execPath, [cli, "serve", "--config", join(folder, "fromguard.yaml")], {
  stdio: ["ignore", "pipe", "ignore"],
});
for await (const line of createInterface({ input: daemon.stdout })) if (line.includes("ready")) break;
daemon.stdout.resume();

execFileSync(
  "sh",
  [
    "-ec",
    `mkdir queue data; chown postfix data
   cp /etc/postfix/postfix-files /etc/postfix/postfix-script /etc/postfix/post-install /etc/postfix/dynamicmaps.cf .
   cp -r /etc/postfix/dynamicmaps.cf.d .`,
  ],
  { cwd: folder },
);
const dovecot = ["-c", join(folder, "dovecot.conf")];
execFileSync("dovecot", dovecot, { stdio: "ignore" });
execFileSync("postfix", ["-c", folder, "start"], { stdio: "ignore" });
try {
  // Without the names of the message and of the decision, which are others each time.
  const print = (line) => console.log(line.replace(/ (?:as [0-9A-F]+|\(trace \w+\))$/, ""));
  await logInAsAnn(places.SMTP);
  await sendAsAnn(places.SMTP, { print });
} finally {
  execFileSync("postfix", ["-c", folder, "stop"], { stdio: "ignore" });
  execFileSync("dovecot", [...dovecot, "stop"], { stdio: "ignore" });
  daemon.kill();
  await once(daemon, "exit");
  rmSync(folder, { recursive: true });
}

async function freePort() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
