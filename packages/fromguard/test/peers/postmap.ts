import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFromguardError } from "@fromguard/core";
import { readTable } from "@fromguard/node";
import { main } from "../../src/main.js";
import { testIo } from "../support/test-io.js";

/**
 * A lookup table to compare: files by name, `type:source`, where `@name@` stands for a file, and keys without a newline. All
 * octets, as latin1.
 */
export interface TableCase {
  readonly files: Readonly<Record<string, string>>;
  readonly name: string;
  readonly keys: readonly string[];
}

/** What postmap printed: octets as latin1, and warnings and fatal errors without their first word. */
interface Printed {
  readonly code: number | null;
  readonly out: string;
  readonly warnings: readonly string[];
  readonly fatal: boolean;
}

/** How a case went: the keys that were compared, and those that could not be. */
export interface Compared {
  readonly compared: number;
  /** The table was refused for what is not supported. */
  readonly refused: boolean;
  /** Keys for which one of both stopped at its step limit. */
  readonly limited: number;
}

/** Compares our command with the installed postmap, in a folder of its own. */
export class PostmapPeer {
  readonly folder = mkdtempSync(join(tmpdir(), "fromguard-postmap-"));

  #failures = 0;

  /** @param maxFailures failing lookups and tables to compare: postmap sleeps a second at each */
  constructor(private readonly maxFailures: number) {
    writeFileSync(join(this.folder, "main.cf"), "compatibility_level = 3.6\nsmtputf8_enable = yes\n");
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Asks both for all keys. Throws with both answers where they differ: output, exit code, warnings, or whether it failed. */
  async compare({ files, name, keys }: TableCase): Promise<Compared> {
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(join(this.folder, file), text, "latin1");
      // Postfix waits two seconds before it trusts a texthash file that was just written.
      utimesSync(join(this.folder, file), 1e9, 1e9);
    }
    for (const [, type, file] of name.matchAll(/\b(hash|btree|lmdb|cdb):@(\w+)@(?!\/)/g)) {
      if (file !== undefined && Object.hasOwn(files, file)) this.build(`${type}:${file}`);
    }
    const text = Buffer.from(name, "latin1").toString("utf8");
    const table = text.replace(/@(\w+)@/g, (_, file: string) => join(this.folder, file));
    const failing = await keysThatFail(table, keys);
    if (failing === "refused") return { compared: 0, refused: true, limited: 0 };
    const good = keys.filter((key) => !failing.has(key));
    const bad = keys.filter((key) => failing.has(key) && failing.get(key) !== "match-limit");
    let compared = 0;
    let limited = keys.length - good.length - bad.length;
    // An error ends postmap: such a key has a process of its own.
    for (const asked of good.length > 0 ? [good, bad.slice(0, 1)] : [bad]) {
      if (asked.length === 0 || (asked !== good && this.#failures++ >= this.maxFailures)) continue;
      const real = this.real(table, asked);
      if (real.warnings.some((warning) => /limit exceeded/.test(warning))) {
        limited += asked.length;
      } else {
        const own = await ours(table, asked);
        // We read the text, of which postmap has told while it built the file.
        const warnings = /^(?:hash|btree):/.test(name)
          ? own.warnings.filter((one) => !OF_TEXT.test(one))
          : own.warnings;
        assertSame({ ...own, warnings }, real, { files, name, keys: asked });
        compared += asked.length;
      }
    }
    return { compared, refused: false, limited };
  }

  /** What postmap says of the text is not compared: it is said here, not when the table is asked. */
  private build(name: string): void {
    const { status, stderr } = spawnSync("postmap", ["-c", this.folder, name], { cwd: this.folder });
    if (status !== 0) throw new Error(`postmap ${name}: ${stderr}`);
  }

  private real(table: string, keys: readonly string[]): Printed {
    const { status, stdout, stderr } = spawnSync("postmap", ["-c", this.folder, "-q", "-", table], {
      input: linesOf(keys),
      maxBuffer: 64 * 1024 * 1024,
    });
    return printed(status, stdout.toString("latin1"), stderr.toString("utf8"));
  }
}

const OF_TEXT = /: warning: \S+(?:, line \d+: |: logical line must not start)/;

/** The keys that are an error of our lookup, with its code. */
async function keysThatFail(name: string, keys: readonly string[]): Promise<Map<string, string> | "refused"> {
  const failing = new Map<string, string>();
  try {
    const { table } = await readTable(name);
    for (const key of keys) {
      const answer = await table.lookup(Buffer.from(key, "latin1").toString("utf8"));
      if (answer.kind === "error") failing.set(key, answer.code);
    }
  } catch (error) {
    if (!isFromguardError(error)) throw error;
    if (/of the pattern: .* not supported/.test(error.message)) return "refused";
    for (const key of keys) failing.set(key, error.code);
  }
  return failing;
}

async function ours(table: string, keys: readonly string[]): Promise<Printed> {
  const io = testIo({
    stdin: (async function* () {
      yield linesOf(keys);
    })(),
  });
  const code = await main(["postmap", "-q", "-", table], io);
  return printed(code, Buffer.from(io.out(), "utf8").toString("latin1"), io.err());
}

function linesOf(keys: readonly string[]): Buffer {
  return Buffer.from(keys.map((key) => `${key}\n`).join(""), "latin1");
}

function printed(code: number | null, out: string, err: string): Printed {
  const lines = err.split("\n").filter((line) => line !== "");
  return {
    code,
    out,
    // How octets that are not UTF-8 are shown is not compared.
    warnings: lines
      .filter((line) => !line.startsWith("postmap: fatal: "))
      .map((line) => line.replace(/(non-UTF-8 \w+) ".*"/, '$1 ""').replaceAll("\ufffd", "?")),
    fatal: lines.some((line) => line.startsWith("postmap: fatal: ")),
  };
}

function assertSame(own: Printed, real: Printed, { keys, ...table }: TableCase): void {
  // A table that cannot be opened has an error, and no warnings of its members.
  const comparable = (one: Printed) => JSON.stringify(real.fatal ? { ...one, warnings: [] } : one);
  if (comparable(own) === comparable(real)) return;
  const rows = (text: string) => new Set(text.split("\n"));
  const differing = [...rows(own.out)].filter((row) => !rows(real.out).has(row));
  const missing = [...rows(real.out)].filter((row) => !rows(own.out).has(row));
  const show = ({ code, warnings, fatal }: Printed) => ({ code, warnings, fatal });
  throw new Error(
    `${JSON.stringify({ table, ours: show(own), real: show(real), onlyOurs: differing, onlyReal: missing }, null, 1)}`,
  );
}
