import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createGuard, loginEqualsSenders, named, score } from "@fromguard/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownCases as corpus } from "../../../core/test/support/header-from.js";
import { createHandler } from "../../src/index.js";
import { blocksOf } from "../support/pages.js";
import { DIFFERENCES } from "./header-from-differences.js";
import { notRun, PrivateRspamd, type Scan } from "./rspamd.js";

const SYMBOL = "FROM_HEADER_MISMATCH";
const PAGE = new URL("../../../../docs/rspamd.md", import.meta.url);
/** Between these the table stands; `WRITE_DOCS=1` writes it. */
const MARK = "<!-- differences: WRITE_DOCS=1 npx vitest run --project peers header-from -->\n";
const END = "<!-- end of differences -->";

type Ask = (headers: Headers, raw: Buffer<ArrayBuffer>) => Promise<Scan>;

const fromguard: Ask = async (headers, raw) => {
  const rules = [score({ reject: 15 }, [named(SYMBOL, loginEqualsSenders()), 16])];
  const handler = createHandler({ guard: createGuard({ rules }) });
  const response = await handler(new Request("http://localhost/checkv2", { method: "POST", headers, body: raw }));
  return (await response.json()) as Scan;
};

describe.skipIf(notRun !== undefined)("FROM_HEADER_MISMATCH beside the same rule in Debian's Rspamd", () => {
  let rspamd: PrivateRspamd;
  beforeAll(async () => {
    rspamd = await PrivateRspamd.start({ lua: blocksOf("rspamd.md", "lua")[0]! });
  });
  afterAll(() => rspamd.stop());

  it("both give 16 points, and differ where docs/rspamd.md says so", async () => {
    const rows: string[] = [];
    for (const { id, description, login, envelopeFrom, raw } of corpus) {
      const octets = Buffer.from(raw, "base64");
      const field = (text: string) => Buffer.from(text).toString("latin1");
      const headers = new Headers({
        User: field(login),
        From: `<${field(envelopeFrom)}>`,
        Rcpt: "bob@partner.example",
      });
      const response = await fetch(`http://127.0.0.1:${rspamd.port}/checkv2`, {
        method: "POST",
        headers,
        body: octets,
      });
      const theirs = (await response.json()) as Scan;
      const ours = await fromguard(headers, octets);
      for (const { symbols, action } of [theirs, ours]) {
        const points = symbols[SYMBOL]?.score ?? 0;
        expect([points, action], id).toEqual(points === 0 ? [0, "no action"] : [16, "reject"]);
      }
      if (ours.action !== theirs.action)
        rows.push(`| ${id}: ${description} | ${ours.action} | ${theirs.action} | ${DIFFERENCES[id] ?? ""} |`);
    }
    expect(corpus).toHaveLength(156);
    const found = rows.map((row) => /^\| (\S+):/.exec(row)?.[1]);
    expect(found).toEqual(Object.keys(DIFFERENCES));

    const table = `| message | fromguard | Rspamd | why |\n|---|---|---|---|\n${rows.join("\n")}\n`;
    const page = readFileSync(PAGE, "utf8");
    const start = page.indexOf(MARK) + MARK.length;
    const end = page.indexOf(END);
    if (process.env.WRITE_DOCS === "1") await writeFile(PAGE, page.slice(0, start) + table + page.slice(end));
    else expect(page.slice(start, end)).toBe(table);
  });
});
