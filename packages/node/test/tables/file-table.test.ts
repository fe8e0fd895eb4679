import { mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileTable, fileTable, type TableReload } from "@fromguard/node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { expectLooksEveryFiveSeconds } from "../looks.js";

let folder: string;
let file: string;
let followed: FileTable | undefined;
let told: TableReload[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fg-file-table-"));
  file = join(folder, "senders");
  told = [];
  await put("/^a@x$/ old\n", 1);
});
afterEach(async () => {
  followed?.close();
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

/** Writes the file with a time of its own: clocks are coarse. */
async function put(text: string, time: number): Promise<void> {
  await writeFile(file, text);
  await utimes(file, time, time);
}

async function follow(name = `pcre:${file}`, checkMs = 0): Promise<FileTable> {
  followed = await fileTable(name, { checkMs, onReload: (reload) => told.push(reload) });
  return followed;
}

async function answer({ table }: FileTable, key = "a@x"): Promise<unknown> {
  const lookup = await table.lookup(key);
  return lookup.kind === "found" ? lookup.value : lookup.kind;
}

describe("a table that follows its file", () => {
  test("is not read while nothing changes", async () => {
    const following = await follow();
    const { current } = following;
    await following.refresh();
    expect(following.current).toBe(current);
    expect(told).toEqual([]);
  });

  test("answers from the new text after a change, with its warnings", async () => {
    const following = await follow();
    await put("/^a@x$/ new\nnonsense\n", 2);
    expect(await answer(following)).toBe("old");
    await following.refresh();
    expect(await answer(following)).toBe("new");
    expect(told).toMatchObject([{ kind: "replaced", warnings: [{ kind: "postfix", line: 2 }] }]);
    expect(following.current.files).toEqual([file]);
  });

  test("sees a file that was put in its place under the same time and size", async () => {
    const following = await follow();
    await writeFile(`${file}.new`, "/^a@x$/ new\n");
    await utimes(`${file}.new`, 1, 1);
    await rename(`${file}.new`, file);
    await following.refresh();
    expect(await answer(following)).toBe("new");
  });

  test("reads on demand, too", async () => {
    const following = await follow();
    await following.reload();
    expect(told).toMatchObject([{ kind: "replaced", text: `pcre:${file} was read again` }]);
  });

  test.each([
    [
      "a pattern that cannot be used",
      () => put("/(*UCP)a/ x\n", 2),
      /senders:1: .*; the table that was read before stays in use$/,
      1,
    ],
    ["no file", () => rm(file), /senders: it cannot be read: there is no such file; the table/, undefined],
  ])("%s leaves the last good table, is told once, and mends", async (_what, breakIt, message, line) => {
    const following = await follow();
    const place = line === undefined ? { file } : { file, line };
    await breakIt();
    await following.refresh();
    await following.refresh();
    const text = expect.stringMatching(message);
    expect(told).toEqual([{ kind: "kept", table: `pcre:${file}`, text, place, warnings: [] }]);
    expect(await answer(following)).toBe("old");
    await put("/^a@x$/ new\n", 3);
    await following.refresh();
    expect(await answer(following)).toBe("new");
  });

  test("in strict mode a line that Postfix would drop leaves the last good table", async () => {
    followed = await fileTable(`pcre:${file}`, { checkMs: 0, strict: true, onReload: (reload) => told.push(reload) });
    await put("/^a@x$/ new\nnonsense\n", 2);
    await followed.refresh();
    expect(await answer(followed)).toBe("old");
    expect(told[0]?.text).toContain(`${file}:2: ignoring unrecognized request`);
  });

  test("follows each file of a union", async () => {
    const other = join(folder, "other");
    await writeFile(other, "a@x one\n");
    const following = await follow(`unionmap:{pcre:${file},texthash:${other}}`);
    await writeFile(other, "a@x two and more\n");
    await following.refresh();
    expect(await answer(following)).toBe("old,two and more");
    expect(following.table.keys).toBe("full");
  });

  test("does one reading at a time, and keeps to the last", async () => {
    const following = await follow();
    await put("/^a@x$/ second\n", 2);
    const readings = [following.reload(), following.refresh(), following.reload()];
    await Promise.all(readings);
    expect(await answer(following)).toBe("second");
    expect(told.map(({ kind }) => kind)).toEqual(["replaced", "replaced"]);
  });

  test("goes on where who is told fails", async () => {
    followed = await fileTable(`pcre:${file}`, {
      checkMs: 0,
      onReload: () => {
        throw new Error("no");
      },
    });
    await put("/^a@x$/ new\n", 2);
    await followed.refresh();
    expect(await answer(followed)).toBe("new");
  });

  test("shares a look that has not begun", async () => {
    const following = await follow();
    const first = following.refresh();
    expect(following.refresh()).toBe(first);
    await first;
    expect(following.refresh()).not.toBe(first);
  });

  test("looks every five seconds until it is closed", () =>
    expectLooksEveryFiveSeconds(() => follow(`pcre:${file}`, 5000)));
});

test("a table without a file needs no timer", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  followed = await fileTable("static:x");
  expect(vi.getTimerCount()).toBe(0);
});

test("a table that cannot be read at first is refused", async () => {
  await expect(fileTable(`pcre:${file}.gone`)).rejects.toMatchObject({ code: "FG_FILE_UNREADABLE" });
});
