import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { bundle } from "../../../../test/support/bundle.js";
import { RawClient } from "../../../smtp-server/test/e2e/raw-client.js";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const ZONEMTA = join(process.env.FROMGUARD_PEERS ?? "/var/lib/fromguard-peers", "zone-mta/node_modules/zone-mta");

/** Why the suites cannot run, or undefined where they can. Under `CI=true` a missing ZoneMTA is a failure. */
export function whyNot(): string | undefined {
  if (existsSync(ZONEMTA)) return undefined;
  const reason = "not run: ZoneMTA is not installed (npm run setup:peers)";
  if (process.env.CI === "true") throw new Error(`peer suite ${reason}`);
  console.log(reason);
  return reason;
}

/** What would be queued. */
interface Queued {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers: readonly { readonly line: string }[];
  readonly body: string;
}

/** Files beside the configuration, lines of the plugin's section in place of the usual ones, and plugins of ordering 2. */
interface Files {
  readonly files: Readonly<Record<string, string>>;
  readonly section?: string;
  readonly plugins?: Readonly<Record<string, string>>;
}

let bundled: Promise<string> | undefined;

function plugin(): Promise<string> {
  bundled ??= (async () => {
    const outDir = join(PACKAGE, "node_modules/.cache/plugin");
    await bundle({ index: join(PACKAGE, "src/index.ts") }, join(outDir, "dist"));
    await cp(join(PACKAGE, "package.json"), join(outDir, "package.json"));
    return outDir;
  })();
  return bundled;
}

const SECTION = 'enabled = ["receiver", "main"]\nordering = 1\npolicy = "fromguard.yaml"\n';

/** A process of ZoneMTA with the plugin: a receiver, which speaks SMTP, or the main one, which speaks HTTP. */
export class ZoneMta {
  readonly queued: Queued[] = [];
  log = "";
  loaded: readonly string[] = [];
  #port = 0;

  private constructor(
    readonly folder: string,
    readonly child: ChildProcess,
  ) {}

  static async start(
    context: "receiver" | "main",
    { files, section = SECTION, plugins = {} }: Files,
  ): Promise<ZoneMta> {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-zonemta-"));
    await mkdir(join(folder, "node_modules"));
    await symlink(join(ZONEMTA, "plugins"), join(folder, "plugins"));
    await cp(await plugin(), join(folder, "node_modules/zonemta-fromguard"), { recursive: true });
    for (const [name, text] of Object.entries(plugins)) {
      await mkdir(join(folder, "node_modules", name));
      await writeFile(join(folder, "node_modules", name, "index.js"), text);
    }
    await mkdir(join(folder, "config/plugins"), { recursive: true });
    const own = Object.keys(plugins).map(
      (name) => `["modules/${name}"]\nenabled = ["receiver", "main"]\nordering = 2\n`,
    );
    await writeFile(
      join(folder, "config/plugins/fromguard.toml"),
      `["modules/zonemta-fromguard"]\n${section}${own.join("")}`,
    );
    await writeFile(
      join(folder, "config/zonemta.toml"),
      'name = "test"\n[smtpInterfaces.feeder]\nauthentication = true\nauthOptional = true\ndisableReverseLookup = true\n[plugins]\n# @include "plugins/*.toml"\n',
    );
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), text);
    }
    const child = fork(
      fileURLToPath(new URL("zone-mta.cjs", import.meta.url)),
      [ZONEMTA, context, `--config=${folder}/config/zonemta.toml`],
      {
        cwd: folder,
        execArgv: [],
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      },
    );
    const zone = new ZoneMta(folder, child);
    onTestFinished(() => zone.stop());
    await zone.#isReady();
    return zone;
  }

  async open(user?: string): Promise<RawClient> {
    const client = await RawClient.open(this.#port, user);
    onTestFinished(() => client.close());
    return client;
  }

  async post(path: string, body: string, headers: Readonly<Record<string, string>>) {
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, { method: "POST", headers, body });
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGKILL");
      await once(this.child, "close");
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Resolves when the process listens and its plugins are loaded, or when it has ended. */
  #isReady(): Promise<void> {
    const { child } = this;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.log += text;
      });
    }
    return new Promise((resolve) => {
      let hasLoaded = false;
      child.once("close", () => resolve());
      child.on("message", (message: { port?: number; loaded?: readonly string[]; queued?: Queued }) => {
        if (message.queued !== undefined) this.queued.push(message.queued);
        if (message.port !== undefined) this.#port = message.port;
        if (message.loaded !== undefined) {
          this.loaded = message.loaded;
          hasLoaded = true;
        }
        if (hasLoaded && this.#port > 0) resolve();
      });
    });
  }
}
