import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";

/** Why the suites cannot run here; undefined where they can. */
export const notRun = whyNotRun(["rspamd", "rspamc"], { root: false });

/** What one asked of Rspamd's protocol answers. */
export interface Scan {
  readonly action: string;
  readonly score: number;
  readonly required_score: number;
  readonly symbols: Readonly<Record<string, { readonly score: number; readonly options?: readonly string[] }>>;
  readonly messages?: { readonly smtp_message?: string };
  readonly milter?: object;
}

const START_MS = 20_000;
const POLL_MS = 50;

/** Debian's Rspamd with rules of ours alone, on a free port of the loopback address. */
export class PrivateRspamd {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
  }

  /** @param worker More of its configuration than the worker that scans, in place of which it stands. */
  static async start({
    lua = "",
    worker,
  }: {
    lua?: string;
    worker?: (port: number) => string;
  }): Promise<PrivateRspamd> {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-rspamd-"));
    const port = await freePort();
    await writeFile(join(folder, "rules.lua"), lua);
    const scans = `worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }`;
    await writeFile(
      join(folder, "rspamd.conf"),
      `options {
  pidfile = "${folder}/rspamd.pid";
  control_socket = "${folder}/control.sock mode=0600";
  rrd = "";
  history_file = "";
  filters = [];
  dns { nameserver = ["127.0.0.1:9"]; }
}
logging { type = "console"; level = "error"; }
lua = "${folder}/rules.lua";
actions { reject = 15; }
${worker?.(port) ?? scans}
`,
    );
    const asRoot = process.getuid?.() === 0 ? ["-i", "-u", "root", "-g", "root"] : [];
    const child = spawn("/usr/bin/rspamd", ["-f", ...asRoot, "-c", join(folder, "rspamd.conf")], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(String(chunk)));
    const rspamd = new PrivateRspamd(port, child, folder);
    for (const end = Date.now() + START_MS; !(await isListening(port)); ) {
      if (Date.now() > end || child.exitCode !== null) {
        await rspamd.stop();
        throw new Error(`rspamd does not listen: ${said.join("").slice(-2000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return rspamd;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGTERM");
      await once(this.#child, "exit");
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What rspamc prints as JSON of one message, asked at `HOST:PORT`. */
export async function rspamc(at: string, raw: Uint8Array, options: readonly string[] = []): Promise<Scan> {
  const { out, err } = await runRspamc(at, raw, options);
  try {
    return JSON.parse(out) as Scan;
  } catch {
    throw new Error(`rspamc prints no JSON: ${out} ${err}`);
  }
}

/** What rspamc prints of one message. */
export async function runRspamc(
  at: string,
  raw: Uint8Array,
  options: readonly string[],
  format: readonly string[] = ["--compact"],
) {
  const args = ["--connect", at, "--timeout", "20", ...format, ...options];
  return new Promise<{ readonly out: string; readonly err: string; readonly code: number | null }>((resolve) => {
    const child = execFile(
      "/usr/bin/rspamc",
      args,
      { env: { ...process.env, LC_ALL: "C.UTF-8" } },
      (_error, out, err) => resolve({ out, err, code: child.exitCode }),
    );
    child.stdin?.end(raw);
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
