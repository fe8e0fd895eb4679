import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rename } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { askPolicyServer } from "@fromguard/node";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { folderWith } from "../support/folder.js";

const BUNDLE_MS = 60_000;
let cli: string;
beforeAll(async () => {
  cli = await bundleCli();
}, BUNDLE_MS);

/** Sockets that listen already, a TCP port and a unix socket at a path, as systemd hands them over. */
async function listening(path: string): Promise<readonly [Server, Server]> {
  const servers = [createServer(), createServer()] as const;
  servers[0].listen(0, "127.0.0.1");
  // Bound elsewhere, since the path that was bound goes when this process closes its own descriptor.
  servers[1].listen({ path: `${path}.bound` });
  await Promise.all(servers.map((server) => once(server, "listening")));
  await rename(`${path}.bound`, path);
  return servers;
}

/**
 * Starts `fromguard serve` with descriptors 3 and 4, and `LISTEN_PID` as systemd sets it: the pid of what is executed. This process
 * then closes its own: nobody but the daemon accepts.
 */
function activate(config: string, sockets: readonly [Server, Server], names: string): ChildProcess {
  const child = spawn(
    "/bin/sh",
    ["-c", 'LISTEN_PID=$$ exec "$0" "$@"', process.execPath, cli, "serve", "--config", config],
    {
      env: { ...process.env, LISTEN_FDS: "2", LISTEN_FDNAMES: names },
      stdio: ["ignore", "pipe", "pipe", ...sockets.map(descriptorOf)],
    },
  );
  for (const server of sockets) server.close();
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "close");
  });
  return child;
}

function descriptorOf(server: Server): number {
  return (server as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}

/** All that a process says, until it matches or the process ends. */
async function outputOf(child: ChildProcess, until: RegExp): Promise<string> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (until.test(output)) child.emit("matched");
    });
  }
  await Promise.race([once(child, "matched"), once(child, "close")]);
  return output;
}

/** The action of a policy server. */
async function ask(endpoint: string, sender: string): Promise<string | undefined> {
  const attributes = [
    ["protocol_state", "RCPT"],
    ["sender", sender],
  ] as const;
  const { signal } = new AbortController();
  const reply = await askPolicyServer({ endpoint, timeoutMs: 10_000 }, attributes, { signal });
  return reply.ok ? reply.attributes[0]?.[1] : reply.cause;
}

const CONFIG = `listeners:
  - policy: systemd:policy
  - policy: systemd:policy.local
rules: [sender-fqdn]
user: root
`;

describe("sockets that systemd hands over", () => {
  it.each([1, 2])(
    "are served under their names, TCP and unix, with workers: %i",
    { timeout: BUNDLE_MS },
    async (workers) => {
      const folder = await folderWith({ "f.yaml": `${CONFIG}workers: ${workers}\n` });
      const path = join(folder, "socket");
      const sockets = await listening(path);
      const { port } = sockets[0].address() as AddressInfo;
      const child = activate(join(folder, "f.yaml"), sockets, "policy:policy.local");
      const output = await outputOf(child, /"ready"/);
      expect(output).toContain(`"kind":"policy","address":"127.0.0.1:${port}"`);
      expect(output).toContain('"kind":"policy","address":"systemd:policy.local"');
      for (const endpoint of [`inet:127.0.0.1:${port}`, `unix:${path}`]) {
        expect(await ask(endpoint, "ann@host")).toMatch(/^504 /);
        expect(await ask(endpoint, "ann@example.com")).toBe("DUNNO");
      }
      child.kill("SIGTERM");
      const [exitCode] = await once(child, "close");
      expect(exitCode).toBe(0);
    },
  );

  it("of other names are an error that names the listener and what there is", { timeout: BUNDLE_MS }, async () => {
    const folder = await folderWith({ "f.yaml": CONFIG });
    const child = activate(join(folder, "f.yaml"), await listening(join(folder, "socket")), "a:b");
    expect(await outputOf(child, /no socket/)).toContain(
      "f.yaml:2:5: listeners[0].policy: cannot listen on systemd:policy: systemd hands over no socket of that name, but a, b",
    );
  });
});
