import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableSuite } from "@fromguard/core/testing";
import { fileTable, readTable } from "@fromguard/node";
import { afterAll, describe, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "fg-suite-"));
writeFileSync(join(folder, "text"), "ann@x one\n");
writeFileSync(join(folder, "rules"), "/^ann@x$/ one\n");
writeFileSync(join(folder, "nets"), "::1 one\n");
afterAll(() => rmSync(folder, { recursive: true }));

const mail = { present: { "ann@x": "one" }, absent: ["bob@x", ""] };

describe.each([
  ["texthash:text", mail],
  ["hash:text", mail],
  ["pcre:rules", mail],
  ["regexp:rules", mail],
  ["cidr:nets", { present: { "::1": "one" }, absent: ["::2", "ann@x"] }],
  ["inline:{ann@x=one}", mail],
  ["unionmap:{inline:{ann@x=one},pipemap:{texthash:text,inline:{x=y}}}", mail],
  ["pipemap:{inline:{ann@x=b},inline:{b=one}}", mail],
  ["static:one", { present: { "ann@x": "one", "": "one" }, absent: [] }],
  ["randmap:{one}", { present: { "ann@x": "one" }, absent: [] }],
])("%s", (name, { present, absent }) => {
  tableSuite(test, { make: async () => (await readTable(name, { folder })).table, present, absent });
});

describe("fileTable", () => {
  tableSuite(test, { make: async () => (await fileTable("texthash:text", { folder, checkMs: 0 })).table, ...mail });
});
