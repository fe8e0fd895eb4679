import { readFileSync } from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readTable } from "@fromguard/node";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readCdb } from "../../src/tables/cdb-file.js";
import { lmdbTransaction, readLmdb } from "../../src/tables/lmdb-file.js";

const vector = (name: string): Buffer => gunzipSync(readFileSync(new URL(`../vectors/${name}.gz`, import.meta.url)));
const source = vector("senders").toString();
const keys = ["ALICE@example.com", "@Example.com", "STRASSE@example.com", "nobody@example.com", "big@example.com"];
for (let number = 0; number <= 300; number += 1) keys.push(`user${String(number).padStart(3, "0")}@example.org`);

let root: string;
let file: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "fg-databases-"));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  count += 1;
  file = join(root, `senders${count}`);
  await writeFile(file, source);
  await utimes(file, 1000, 1000);
});

async function answers(name: string): Promise<readonly unknown[]> {
  const { table } = await readTable(name);
  const lookups = await Promise.all(keys.map((key) => table.lookup(key)));
  return lookups.map((lookup) => (lookup.kind === "found" ? lookup.value : lookup.kind));
}

async function build(ending: string, time: number): Promise<void> {
  await writeFile(`${file}.${ending}`, vector(`senders.${ending}`));
  await utimes(`${file}.${ending}`, time, time);
}

describe.each(["lmdb", "cdb"])("%s", (type) => {
  test("answers from the built file as texthash does from the text", async () => {
    await build(type, 1000);
    const expected = await answers(`texthash:${file}`);
    expect(expected.slice(0, 4)).toEqual(["alice", "all", "s", "not-found"]);
    expect(await answers(`${type}:${file}`)).toEqual(expected);
  });

  test("a built file that is older than the text is read, and told of", async () => {
    await build(type, 999);
    await writeFile(file, "alice@example.com eve\n");
    const { table, warnings, files } = await readTable(`${type}:${file}`);
    expect(await table.lookup("alice@example.com")).toMatchObject({ value: "alice" });
    // Postfix, too, says nothing of what was changed just now.
    const text = `database ${file}.${type} is older than source file ${file}`;
    expect(warnings).toMatchObject([{ kind: "advice", file, text }]);
    await utimes(file, 1001, 1001);
    expect((await readTable(`${type}:${file}`, { strict: true })).warnings).toMatchObject([{ kind: "postfix", text }]);
    expect(files).toEqual([file, `${file}.${type}`]);
  });

  test("the text is read where there is no built file, with advice", async () => {
    const { table, warnings } = await readTable(`${type}:${file}`);
    expect(await table.lookup("Alice@example.com")).toMatchObject({ value: "alice" });
    expect(warnings).toMatchObject([{ kind: "advice", text: expect.stringContaining("run postmap") }]);
  });

  test("a built file needs no text", async () => {
    await build(type, 1000);
    await rm(file);
    const { table, warnings } = await readTable(`${type}:${file}`);
    expect(await table.lookup("alice@example.com")).toMatchObject({ value: "alice" });
    expect(warnings).toEqual([]);
  });

  test.each([0, 100, 3000, 5000, 16000])("a built file that is cut at %i octets is refused", async (length) => {
    await writeFile(`${file}.${type}`, vector(`senders.${type}`).subarray(0, length));
    await expect(readTable(`${type}:${file}`)).rejects.toMatchObject({
      code: "FG_TABLE_INVALID",
      place: { file: `${file}.${type}` },
    });
  });

  test("damaged octets give records or FG_TABLE_INVALID, and an end", () => {
    const whole = vector(`senders.${type}`);
    const read = type === "lmdb" ? readLmdb : readCdb;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 40 }),
        fc.nat(whole.length),
        (changes, length) => {
          const octets = Buffer.from(whole);
          for (const [at, octet] of changes) octets[at] = octet;
          try {
            expect(read(octets.subarray(0, length), "f").length).toBeLessThan(whole.length);
          } catch (error) {
            expect(error).toMatchObject({ code: "FG_TABLE_INVALID" });
          }
        },
      ),
    );
  });
});

test.each(["hash", "btree", "lmdb", "cdb"])("%s without a built file fails where it is to fail", async (type) => {
  const built = `${file}.${type === "lmdb" || type === "cdb" ? type : "db"}`;
  await expect(readTable(`${type}:${file}`, { unbuilt: "throw" })).rejects.toMatchObject({
    code: "FG_FILE_UNREADABLE",
    message: `${built}: it cannot be read: there is no such file`,
  });
});

test("an empty key is an error of lmdb until a key was found, as postmap was seen to answer", async () => {
  await build("lmdb", 1000);
  const { table } = await readTable(`lmdb:${file}`);
  const kinds = [];
  for (const key of ["nobody@example.com", "", "alice@example.com", ""]) kinds.push((await table.lookup(key)).kind);
  expect(kinds).toEqual(["not-found", "error", "found", "not-found"]);
});

test("of the two meta pages of LMDB the later counts", () => {
  expect(lmdbTransaction(vector("senders.lmdb"), "f")).toBe(1n);
});

describe.each(["hash", "btree"])("%s", (type) => {
  test("reads the text, and tells of a built file that is older", async () => {
    await writeFile(`${file}.db`, "");
    await utimes(`${file}.db`, 999, 999);
    const { table, warnings } = await readTable(`${type}:${file}`);
    expect(await table.lookup("ALICE@example.com")).toMatchObject({ value: "alice" });
    expect(warnings).toMatchObject([
      { kind: "postfix", line: 0, text: `database ${file}.db is older than source file ${file}` },
    ]);
  });

  test("says nothing where the built file is as new", async () => {
    await writeFile(`${file}.db`, "");
    await utimes(`${file}.db`, 1000, 1000);
    expect((await readTable(`${type}:${file}`)).warnings).toEqual([]);
  });
});

test("a value that is not UTF-8 is an error of that key alone", async () => {
  const record = (key: string, value: string) => {
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(key.length, 0);
    lengths.writeUInt32LE(value.length, 4);
    return Buffer.concat([lengths, Buffer.from(key + value, "latin1")]);
  };
  const records = Buffer.concat([record("a\0", "\xff\0"), record("b", "c\0d"), record("b\0", "late\0")]);
  const header = Buffer.alloc(2048);
  for (let at = 0; at < 2048; at += 8) header.writeUInt32LE(2048 + records.length, at);
  await writeFile(`${file}.cdb`, Buffer.concat([header, records]));
  const { table } = await readTable(`cdb:${file}`);
  expect(await table.lookup("a")).toMatchObject({ kind: "error", code: "result-not-utf8" });
  expect(await table.lookup("B")).toMatchObject({ kind: "found", value: "c" });
});
