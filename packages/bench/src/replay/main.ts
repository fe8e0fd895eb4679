import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, tellHeld } from "../held.js";
import { positive } from "../options.js";
import { LOGIN_MAP } from "../servers/seed.js";
import { contents, mailLog } from "./mail-log.js";

/** What is promised of a million lines. */
const MAX_SECONDS = 20;
/** How much more memory twice as many lines may take. */
const MAX_GROWTH = 1.1;
const SMALLER = 2;
/** Milliseconds for one replay, beyond which it is ended. */
const GIVE_UP_MS = 600_000;

interface Replay {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly isRight: boolean;
}

/** Replays a made log and one of half its lines, and prints what held; true where all did. */
export async function benchReplay(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({ args: [...args], options: { lines: { type: "string", default: "1000000" } } });
  const lines = positive("lines", values.lines);
  console.log(`${machine()}\n`);
  const small = await replay(Math.ceil(lines / SMALLER));
  const large = await replay(lines);
  const rate = Math.round(lines / large.seconds);
  const growth = large.peakMegabytes / small.peakMegabytes;
  return [
    tellHeld(
      large.seconds < (MAX_SECONDS * lines) / 1_000_000,
      `rate: ${lines} lines in ${large.seconds.toFixed(1)} s, ${large.cpuSeconds.toFixed(1)} s of CPU, ${rate} lines/s`,
    ),
    tellHeld(
      growth < MAX_GROWTH,
      `memory: at most ${Math.round(small.peakMegabytes)} MB for half of the lines, ${Math.round(large.peakMegabytes)} MB for all`,
    ),
    tellHeld(small.isRight && large.isRight, "answers: every message counted, those with a forged sender refused"),
  ].every(Boolean);
}

async function replay(lines: number): Promise<Replay> {
  const folder = await mkdtemp(join(tmpdir(), "fromguard-replay-"));
  try {
    const log = join(folder, "mail.log");
    const map = join(folder, "senders");
    const config = join(folder, "fromguard.yaml");
    await pipeline(Readable.from(mailLog(lines)), createWriteStream(log));
    await writeFile(map, LOGIN_MAP);
    // JSON is YAML. Domains are not asked for: their name servers would be measured.
    const policy = { ownership: [{ "login-map": `pcre:${map}` }], rules: ["sender-fqdn", "login-owns-envelope"] };
    await writeFile(config, JSON.stringify(policy));
    return await run(["replay", "--config", config, "--json", log], lines);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(args: readonly string[], lines: number): Promise<Replay> {
  const cli = fileURLToPath(new URL("cli.js", import.meta.resolve("fromguard")));
  const probe = new URL("usage-probe.js", import.meta.url).href;
  const begun = performance.now();
  const child = spawn(process.execPath, ["--import", probe, cli, ...args], {
    stdio: ["ignore", "pipe", "ignore", "pipe"],
    timeout: GIVE_UP_MS,
  });
  const [output, usage] = await Promise.all([text(child.stdout as Readable), text(child.stdio[3] as Readable)]);
  const seconds = (performance.now() - begun) / 1000;
  const { cpuMs, peakMegabytes } = JSON.parse(usage) as { cpuMs: number; peakMegabytes: number };
  const { messages, reject } = JSON.parse(output) as { messages: number; reject: number };
  const expected = contents(lines);
  const isRight = messages === expected.messages && reject === expected.forged;
  return { seconds, cpuSeconds: cpuMs / 1000, peakMegabytes, isRight };
}
