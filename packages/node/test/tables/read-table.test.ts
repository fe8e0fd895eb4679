import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTable } from "@fromguard/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fg-tables-"));
  await writeFile(
    join(folder, "senders"),
    "# who sends as whom\n/^([^@+]*)(\\+[^@]*)?@example\\.com$/  $1\nnonsense\n",
  );
  await writeFile(join(folder, "latin1"), Buffer.from("# caf\xe9\n/^a@example\\.com$/ ann\n", "latin1"));
  await writeFile(join(folder, "unsupported"), "/(*UCP)a/ ann\n");
  await writeFile(
    join(folder, "owners"),
    Buffer.from("sales@example.com ann, bob\nbroken\ncaf\xe9@example.com eve\n", "latin1"),
  );
  await writeFile(join(folder, "empty"), "");
  await mkdir(join(folder, "folder"));
  await symlink("circle", join(folder, "circle"));
  execFileSync("/usr/bin/mkfifo", [join(folder, "pipe")]);
});
afterAll(() => rm(folder, { recursive: true }));

describe("a table from a file", () => {
  test("answers, warns and names its file", async () => {
    const file = join(folder, "senders");
    const { table, warnings, files } = await readTable(`pcre:${file}`);
    expect(await table.lookup("ann+list@example.com")).toMatchObject({ kind: "found", value: "ann" });
    expect(await table.lookup("ann@example.org")).toEqual({ kind: "not-found" });
    expect([table.name, files]).toEqual([`pcre:${file}`, [file]]);
    expect(warnings).toContainEqual(expect.objectContaining({ kind: "postfix", file, line: 3 }));
  });

  test.each(["texthash", "hash"])(
    "%s is read from its source text, and lines that are dropped are told",
    async (type) => {
      const { table, warnings, files } = await readTable(`${type}:owners`, { folder });
      expect(await table.lookup("Sales@example.com")).toMatchObject({ kind: "found", value: "ann, bob" });
      expect([table.name, files[0]]).toEqual([`${type}:${join(folder, "owners")}`, join(folder, "owners")]);
      expect(warnings.filter(({ kind }) => kind === "postfix").map(({ line }) => line)).toEqual([2, 3]);
    },
  );

  test("static needs no file", async () => {
    const { table, files } = await readTable("static:{ann, bob}");
    expect(await table.lookup("anything")).toMatchObject({ kind: "found", value: "ann, bob" });
    expect(files).toEqual([]);
  });

  test("a relative path starts from the folder that is given", async () => {
    const { files } = await readTable("pcre:senders", { folder });
    expect(files).toEqual([join(folder, "senders")]);
  });

  test("octets that are not UTF-8 do no harm in a comment, as in Postfix", async () => {
    const { table } = await readTable("pcre:latin1", { folder });
    expect(await table.lookup("a@example.com")).toMatchObject({ kind: "found", value: "ann" });
  });

  test("an empty file is an empty table", async () => {
    const { table } = await readTable("pcre:empty", { folder });
    expect(await table.lookup("a@example.com")).toEqual({ kind: "not-found" });
  });

  test.each([
    ["missing", "FG_FILE_UNREADABLE", "there is no such file"],
    ["senders/below", "FG_FILE_UNREADABLE", "there is no such file"],
    ["folder", "FG_FILE_UNREADABLE", "it is a folder"],
    ["pipe", "FG_FILE_UNREADABLE", "it is no regular file"],
    ["circle", "FG_FILE_UNREADABLE", "its symbolic links go in a circle"],
  ])("%s is one sentence that begins with the file", async (source, code, why) => {
    const file = join(folder, source);
    await expect(readTable(`pcre:${file}`)).rejects.toMatchObject({
      code,
      place: { file },
      message: `${file}: it cannot be read: ${why}`,
    });
  });

  test("a file over the limit is not read", async () => {
    await expect(readTable("pcre:senders", { folder, maxFileBytes: 10 })).rejects.toMatchObject({
      code: "FG_FILE_UNREADABLE",
      message: `${join(folder, "senders")}: it cannot be read: it is larger than 10 octets`,
    });
  });

  test("a pattern that cannot be matched exactly refuses the table, with its line", async () => {
    await expect(readTable("pcre:unsupported", { folder })).rejects.toMatchObject({
      code: "FG_TABLE_INVALID",
      message: expect.stringContaining(`${join(folder, "unsupported")}:`),
    });
  });
});

test("static text that is no value is refused", async () => {
  await expect(readTable("static:{ann")).rejects.toMatchObject({ code: "FG_TABLE_INVALID" });
});

test("a member that stands twice is opened once, and warned of once", async () => {
  const { table, warnings } = await readTable("unionmap:{pcre:senders,pipemap:{proxy:pcre:senders,static:x}}", {
    folder,
  });
  expect(warnings.filter(({ kind }) => kind === "postfix").map(({ line }) => line)).toEqual([3]);
  expect(await table.lookup("ann@example.com")).toMatchObject({ value: "ann,x" });
});

describe("a table that cannot be named", () => {
  test.each([
    ["/etc/postfix/senders", /^"\/etc\/postfix\/senders" is no table: write TYPE:SOURCE/],
    ["ldap:/etc/postfix/ldap.cf", /^tables of the type "ldap" are not supported: use pcre/],
    ["x\ny:z", /^tables of the type "x\?y" are not supported: use /],
  ])("%j is refused", async (name, message) => {
    await expect(readTable(name)).rejects.toMatchObject({
      code: "FG_CONFIG_INVALID",
      message: expect.stringMatching(message),
    });
  });
});

describe("a table whose content is in its name, or that is made of others", () => {
  test.each([
    ["inline:{Ann@Example.com = ann}", "ann@example.com", "missing '=' after attribute name"],
    ["pcre:", "", 'expecting "type:name" form instead of "pcre:"'],
    ["unionmap:{inline}", "", "bad syntax"],
  ])("%j is refused where it is malformed", async (name, _key, message) => {
    await expect(readTable(name)).rejects.toMatchObject({
      code: "FG_TABLE_INVALID",
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ["inline:{{Ann@Example.com = ann, bob}}", "ann@example.com", "ann, bob"],
    ["unionmap:{static:eve,texthash:owners}", "sales@example.com", "eve,ann, bob"],
    ["pipemap:{inline:{a=sales@example.com},proxy:texthash:owners}", "a", "ann, bob"],
    ["cidr:networks", "192.0.2.9", "lan"],
  ])("%s answers %s", async (name, key, value) => {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-tables-"));
    await writeFile(join(folder, "owners"), "sales@example.com ann, bob\n");
    await writeFile(join(folder, "networks"), "192.0.2.0/24 lan\n");
    const { table } = await readTable(name, { folder });
    expect(await table.lookup(key)).toMatchObject({ kind: "found", value });
    await rm(folder, { recursive: true });
  });
});
