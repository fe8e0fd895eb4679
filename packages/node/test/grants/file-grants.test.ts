import { rename, rm, utimes, writeFile } from "node:fs/promises";
import { type Answer, addressFromInternal } from "@fromguard/core";
import { type FileGrants, type FileGrantsOptions, fileGrants, type GrantsReload } from "@fromguard/node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { expectLooksEveryFiveSeconds } from "../looks.js";
import { Folder } from "./folder.js";

const WITH_INCLUDE = "grants: [{ login: alice, send-as: a@x.test }]\ninclude: [{ file: d/b.yaml, scope: y.test }]\n";
const INCLUDED = "grants: [{ login: bob, send-as: b@y.test }]\n";

let folder: Folder;
let file: string;
let followed: FileGrants | undefined;
let told: GrantsReload[];

beforeEach(async () => {
  folder = await Folder.make();
  file = await folder.put("g.yaml", WITH_INCLUDE, 1);
  await folder.put("d/b.yaml", INCLUDED, 1);
  told = [];
});
afterEach(async () => {
  followed?.close();
  vi.useRealTimers();
  await folder.remove();
});

async function follow(options: FileGrantsOptions = {}): Promise<FileGrants> {
  followed = await fileGrants(file, { checkMs: 0, onReload: (reload) => told.push(reload), ...options });
  return followed;
}

function answer({ graph }: FileGrants, login: string, address: string): Answer["kind"] | undefined {
  return graph.ask(login, [{ address: addressFromInternal(address), role: "envelope" }])[0]?.kind;
}

describe("a graph that follows its files", () => {
  test("answers from all of them, by its name", async () => {
    const following = await follow();
    expect(answer(following, "alice", "a@x.test")).toBe("yes");
    expect(answer(following, "bob", "b@y.test")).toBe("yes");
    expect(following.graph.name).toBe(`grants:${file}`);
    expect(following.current.files).toEqual([file, `${folder.path}/d/b.yaml`]);
    expect(following.graph.addresses("bob").holdings.map(({ address }) => address)).toEqual(["b@y.test"]);
    expect(following.graph.owners(addressFromInternal("a@x.test")).holdings.map(({ login }) => login)).toEqual([
      "alice",
    ]);
    expect(following.graph.remedies("bob", addressFromInternal("a@x.test"))).not.toEqual([]);
    expect(
      following.graph.reach({
        grantee: { kind: "login", login: "carol" },
        right: "send-as",
        target: { kind: "address", address: addressFromInternal("a@x.test") },
      }),
    ).toMatchObject({ logins: 1 });
    expect((await follow({ name: "mine" })).graph.name).toBe("mine");
  });

  test("is not read while nothing changes", async () => {
    const following = await follow();
    const { current } = following;
    await following.refresh();
    expect(following.current).toBe(current);
    expect(told).toEqual([]);
  });

  test("follows what it includes, and tells of warnings", async () => {
    const following = await follow();
    const { graph } = following;
    const old = "{ login: carol, send-as: c@y.test, expires: 2020-01-01 }";
    await folder.put("d/b.yaml", `grants: [{ login: carol, send-as: b@y.test }, ${old}]\n`, 2);
    expect(answer(following, "carol", "b@y.test")).toBe("no-others-own-it");
    await following.refresh();
    expect(answer(following, "carol", "b@y.test")).toBe("yes");
    expect(answer(following, "bob", "b@y.test")).toBe("no-others-own-it");
    expect(following.graph).toBe(graph);
    expect(told).toMatchObject([
      {
        kind: "replaced",
        source: `grants:${file}`,
        text: `grants:${file} was read again`,
        warnings: [{ place: { line: 1 } }],
      },
    ]);
  });

  test("no longer follows what is no longer included", async () => {
    const following = await follow();
    await folder.put("g.yaml", "grants: []\n", 2);
    await following.refresh();
    await folder.put("d/b.yaml", "nonsense", 2);
    await following.refresh();
    expect(following.current.files).toEqual([file]);
    expect(told.map(({ kind }) => kind)).toEqual(["replaced"]);
  });

  test("sees a file that was put in its place under the same time and size", async () => {
    const following = await follow();
    await writeFile(`${file}.new`, WITH_INCLUDE.replace("alice", "carol"));
    await utimes(`${file}.new`, 1, 1);
    await rename(`${file}.new`, file);
    await following.refresh();
    expect(answer(following, "carol", "a@x.test")).toBe("yes");
  });

  test.each([
    [
      "a fault in the first file",
      () => folder.put("g.yaml", "grants: {}\n", 2),
      "g.yaml:1:1: grants: must be a list, not a map of keys",
      { line: 1 },
    ],
    [
      "a file that says nothing",
      () => folder.put("g.yaml", "", 2),
      "g.yaml:1:1: the file says nothing: write grants: [] for no grants",
      { line: 1 },
    ],
    ["no file", () => rm(file), "g.yaml: it cannot be read: there is no such file", {}],
    [
      "a fault in an included file",
      () => folder.put("d/b.yaml", "grants: [{ login: bob, send-as: b@x.test }]\n", 2),
      'd/b.yaml:1:24: grants[0].send-as: reaches outside the scope, which is "y.test"',
      { line: 1, column: 24 },
    ],
    [
      "no included file",
      () => rm(`${folder.path}/d/b.yaml`),
      "g.yaml:2:13: include[0].file: ",
      { line: 2, column: 13 },
    ],
    [
      "groups nested too deeply",
      () =>
        folder.put(
          "d/b.yaml",
          `groups:\n${Array.from({ length: 40 }, (_, n) => `  g${n}: ["group:g${n + 1}"]\n`).join("")}  g40: [x]\n`,
          2,
        ),
      "groups are nested deeper than 32 (maxNesting)",
      { line: expect.any(Number) },
    ],
  ])("%s leaves the last good graph, is told once, and mends", async (_what, breakIt, message, place) => {
    const following = await follow();
    await breakIt();
    await following.refresh();
    await following.refresh();
    expect(told).toMatchObject([{ kind: "kept", source: `grants:${file}`, place, warnings: [] }]);
    expect(told[0]?.text.replaceAll(`${folder.path}/`, "")).toContain(message);
    expect(told[0]?.text).toMatch(/; the grants that were read before stay in use$/);
    expect(answer(following, "alice", "a@x.test")).toBe("yes");
    expect(answer(following, "bob", "b@y.test")).toBe("yes");
    await folder.put("g.yaml", WITH_INCLUDE.replace("alice", "carol"), 3);
    await folder.put("d/b.yaml", INCLUDED, 3);
    await following.refresh();
    expect(answer(following, "carol", "a@x.test")).toBe("yes");
  });

  test("mends where a file that is new in the broken text is mended", async () => {
    const following = await follow();
    await folder.put("g.yaml", "include: [{ file: new.yaml }]\n", 2);
    await folder.put("new.yaml", "nonsense\n", 2);
    await following.refresh();
    await folder.put("new.yaml", "grants: [{ login: dave, send-as: a@x.test }]\n", 3);
    await following.refresh();
    expect(told.map(({ kind }) => kind)).toEqual(["kept", "replaced"]);
    expect(answer(following, "dave", "a@x.test")).toBe("yes");
  });

  test("mends where an included file that was missing comes", async () => {
    const following = await follow();
    await folder.put("g.yaml", "include: [{ file: new.yaml }]\n", 2);
    await following.refresh();
    await folder.put("new.yaml", "grants: [{ login: dave, send-as: a@x.test }]\n", 3);
    await following.refresh();
    expect(answer(following, "dave", "a@x.test")).toBe("yes");
  });

  test("reads on demand, one reading at a time, and goes on where who is told fails", async () => {
    const following = await follow({
      onReload: () => {
        throw new Error("no");
      },
    });
    await folder.put("g.yaml", WITH_INCLUDE.replace("alice", "carol"), 2);
    await Promise.all([following.reload(), following.refresh(), following.reload()]);
    expect(answer(following, "carol", "a@x.test")).toBe("yes");
  });

  test("looks every five seconds until it is closed", () =>
    expectLooksEveryFiveSeconds(async () => {
      followed = await fileGrants(file);
      return followed;
    }));
});

test("grants that cannot be read at first are refused", async () => {
  await expect(fileGrants(`${file}.gone`)).rejects.toMatchObject({ code: "FG_FILE_UNREADABLE" });
});
