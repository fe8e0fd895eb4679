import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, bundleText } from "../../../../test/support/bundle.js";
import { RawClient } from "../../../smtp-server/test/e2e/raw-client.js";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);
const HARAKA = dirname(require.resolve("Haraka/package.json"));

/** A message that was queued. */
export interface Queued {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly octets: string;
}

/** Files below `config`, and below `plugins`. */
export interface HarakaFiles {
  readonly config?: Readonly<Record<string, string>>;
  readonly plugins?: Readonly<Record<string, string>>;
}

const CONFIG: Readonly<Record<string, string>> = {
  "smtp.ini": "listen=127.0.0.1:0\nnodes=0\n",
  "log.ini": "[main]\nlevel=INFO\n",
  me: "mx.example.com\n",
  host_list: "example.org\n",
  "auth_flat_file.ini": "[core]\nmethods=PLAIN\nconstrain_sender=false\n[users]\nann=secret\nbob=secret\neve=secret\n",
  plugins: "fromguard\nauth/flat_file\nrcpt_to.in_host_list\nkeep\n",
};

/** Takes every message into the folder of the suite, as Haraka's own queue plugins would. */
const KEEP = `
const { createWriteStream, mkdirSync, writeFileSync } = require("node:fs");
exports.register = function () {
  this.register_hook("queue", "keep");
  this.register_hook("queue_outbound", "keep");
};
exports.keep = function (next, { transaction }) {
  const path = process.env.HARAKA + "/kept/" + transaction.uuid;
  mkdirSync(process.env.HARAKA + "/kept", { recursive: true });
  const file = createWriteStream(path + ".eml");
  file.once("close", () => {
    const recipients = transaction.rcpt_to.map((address) => address.format());
    writeFileSync(path + ".json", JSON.stringify({ sender: transaction.mail_from.format(), recipients }));
    next(OK);
  });
  transaction.message_stream.pipe(file);
};
`;

/** What the plugin takes from Haraka's packages: a bundler would rename the class by whose name Haraka knows a reply. */
const HOSTS_OWN = [/^haraka-/];

let bundled: Promise<string> | undefined;

/** The plugin as its package holds it, from its sources: the folder. */
export function plugin(): Promise<string> {
  bundled ??= (async () => {
    const outDir = join(PACKAGE, "node_modules/.cache/plugin");
    await bundle({ index: join(PACKAGE, "src/index.ts") }, join(outDir, "dist"), HOSTS_OWN);
    await mkdir(join(outDir, "node_modules"), { recursive: true });
    for (const name of ["haraka-constants", "haraka-dsn"]) {
      await rm(join(outDir, "node_modules", name), { recursive: true, force: true });
      await symlink(join(PACKAGE, "node_modules", name), join(outDir, "node_modules", name));
    }
    for (const file of ["package.json", "config"])
      await cp(join(PACKAGE, file), join(outDir, file), { recursive: true });
    return outDir;
  })();
  return bundled;
}

/** A policy in code whose rules fail, as a module that needs nothing beside it. */
export function failingPolicy(): Promise<string> {
  const module = fileURLToPath(new URL("./failing-policy.ts", import.meta.url));
  return bundleText(module, join(PACKAGE, "node_modules/.cache/policies"));
}

/** An installed Haraka with the plugin, as `haraka -i` and `npm install` leave it. */
async function install({ config = {}, plugins = {} }: HarakaFiles): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fromguard-haraka-"));
  await mkdir(join(folder, "config"));
  await mkdir(join(folder, "plugins"));
  await mkdir(join(folder, "node_modules"));
  await symlink(await plugin(), join(folder, "node_modules/haraka-plugin-fromguard"));
  await cp(join(HARAKA, "config/connection.ini"), join(folder, "config/connection.ini"));
  for (const [name, text] of Object.entries({ ...CONFIG, ...config }))
    await writeFile(join(folder, "config", name), text);
  for (const [name, text] of Object.entries({ "keep.js": KEEP, ...plugins })) {
    await writeFile(join(folder, "plugins", name), text);
  }
  return folder;
}

/** What Haraka logs when it listens and its plugins have started. */
const READY = /Listening on 127\.0\.0\.1:\d+[\s\S]*Loading the queue/;

/** A Haraka that runs. */
export class Haraka {
  #log = "";
  readonly #process: ChildProcess;
  readonly #clients: RawClient[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(readonly folder: string) {
    this.#process = spawn(process.execPath, [join(HARAKA, "bin/haraka"), "-c", folder], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#log += text;
        for (const look of this.#waiting) look();
      });
    }
    this.#process.once("close", () => {
      for (const look of this.#waiting) look();
    });
  }

  /** Starts it and waits until it listens, or has ended. */
  static async start(files: HarakaFiles, ready = READY): Promise<Haraka> {
    const haraka = new Haraka(await install(files));
    await haraka.logged(ready);
    return haraka;
  }

  get log(): string {
    return this.#log;
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  /** Waits for a line of the log, or for the end of the process. */
  async logged(wanted: RegExp): Promise<void> {
    if (wanted.test(this.#log) || this.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!wanted.test(this.#log) && this.exitCode === null) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  async ended(): Promise<number | null> {
    if (this.exitCode === null) await once(this.#process, "close");
    return this.exitCode;
  }

  async open(user?: string): Promise<RawClient> {
    const port = /[Ll]istening on 127\.0\.0\.1:(\d+)/.exec(this.#log)?.[1];
    if (port === undefined || this.exitCode !== null) throw new Error(`Haraka does not listen: ${this.#log}`);
    const client = await RawClient.open(Number(port), user);
    this.#clients.push(client);
    return client;
  }

  async queued(): Promise<readonly Queued[]> {
    const folder = join(this.folder, "kept");
    const names = await readdir(folder).catch(() => []);
    const envelopes = names.filter((name) => name.endsWith(".json"));
    return Promise.all(
      envelopes.sort().map(async (name) => ({
        ...JSON.parse(await readFile(join(folder, name), "utf8")),
        octets: await readFile(join(folder, name.replace(/json$/, "eml")), "latin1"),
      })),
    );
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    if (this.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill("SIGKILL");
      await once(this.#process, "close");
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
