import { FromguardError, isFromguardError, openTable, textHashTable } from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { readMainCf } from "../../src/main-cf/read-main-cf.js";
import { loadLocalSubmission } from "../../src/submission/load-local-submission.js";

const FILES: Readonly<Record<string, string>> = {
  "/users": "ann\n!eve\n",
  "/senders":
    'ann ann, ann@example.com\nbob @example.com, "a b"@other.test, <>\nroot *\nuid:4999 x@example.com\nempty ,\n',
};

async function load(text: string) {
  const { config } = readMainCf(`compatibility_level = 3.6\n${text}\n`, { file: "main.cf" });
  const read = (file: string): string => {
    const found = FILES[file];
    if (found === undefined) throw new FromguardError("FG_FILE_UNREADABLE", `no ${file}`);
    return found;
  };
  const { submission } = await loadLocalSubmission(config, {
    openTable: (spec) => openTable(spec, { open: (_type, file) => textHashTable(read(file), { file }) }),
    readFile: async (path) => read(path),
  });
  return submission;
}

const account = (name: string | undefined) => ({ uid: 4999, name });

describe("who may submit", () => {
  test.each<[string, string | undefined, string]>([
    ["", "ann", "refused"],
    ["static:anyone", "ann", "allowed"],
    ["static:x, !ann", "ann", "allowed"],
    ["ann", "ann", "allowed"],
    ["ANN", "ann", "allowed"],
    ["ann", "eve", "refused"],
    ["!ann, static:all", "ann", "refused"],
    ["!ann, static:all", undefined, "allowed"],
    ["!unknown, static:all", undefined, "refused"],
    ["/users", "ann", "allowed"],
    ["/users, static:all", "eve", "refused"],
    ["ann # eve", "eve", "refused"],
    ["ann, fail:x", "ann", "allowed"],
    ["fail:x, ann", "ann", "unknown"],
  ])("authorized_submit_users = %s: %s is %s", async (list, name, kind) => {
    const submission = await load(`authorized_submit_users = ${list}`);
    expect(await submission.maySubmit(account(name))).toMatchObject({ kind });
  });

  test("everybody, by default", async () => {
    expect((await load("")).maySubmit(account(undefined))).toEqual({ kind: "allowed" });
  });

  test("is told in the words of Postfix", async () => {
    const submission = await load("authorized_submit_users = ann");
    const text = "User unknown(4999) is not allowed to submit mail";
    expect(submission.maySubmit(account(undefined))).toEqual({ kind: "refused", text });
  });
});

describe("which sender a user may use", () => {
  test.each<[string | undefined, string, string]>([
    ["ann", "ann", "allowed"],
    ["ann", "ANN@Example.com", "allowed"],
    ["ann", "ann+tag@example.com", "allowed"],
    ["ann", "bob@example.com", "refused"],
    ["ann", "", "refused"],
    ["Ann", "ann", "allowed"],
    ["bob", "x@example.com", "allowed"],
    ["bob", "x@sub.example.com", "refused"],
    ["bob", "a b@other.test", "allowed"],
    ["bob", "", "allowed"],
    ["root", "x@y.test", "allowed"],
    ["eve", "eve", "refused"],
    ["empty", "", "refused"],
    [undefined, "x@example.com", "allowed"],
    ["root", "x\0@y.test", "refused"],
  ])("%s as %j is %s", async (name, sender, kind) => {
    const submission = await load("recipient_delimiter = +\nlocal_login_sender_maps = texthash:/senders");
    expect(await submission.mayUse(account(name), sender)).toMatchObject({ kind });
  });

  test("is any, by default", async () => {
    expect((await load("")).mayUse(account("eve"), "x@y.test")).toEqual({ kind: "allowed" });
  });

  test.each(["fail:x, static:*", "inline:{ { ann = } }"])("is not known where %s cannot answer", async (maps) => {
    const answer = await (await load(`local_login_sender_maps = ${maps}`)).mayUse(account("ann"), "ann");
    const text = `local_login_sender_maps table lookup error for '${maps}'`;
    expect(answer).toEqual({ kind: "unknown", text, cause: expect.any(String) });
  });

  test("never throws, whatever the sender", async () => {
    const submission = await load("recipient_delimiter = +\nlocal_login_sender_maps = texthash:/senders");
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 200 }), (sender) => {
        expect(submission.mayUse(account("bob"), sender)).toHaveProperty("kind");
      }),
    );
    expect(submission.mayUse(account("bob"), "a+".repeat(32_768))).toMatchObject({ kind: "refused" });
  });

  test.each([
    ["yes", "allowed"],
    ["no", "refused"],
  ])("with smtputf8_enable = %s in another case of a letter beyond ASCII is %s", async (enabled, kind) => {
    const submission = await load(`smtputf8_enable = ${enabled}\nlocal_login_sender_maps = static:ä@example.com`);
    expect(await submission.mayUse(account("ann"), "Ä@example.com")).toMatchObject({ kind });
  });
});

describe("what stops the mail of everybody", () => {
  test.each([
    [
      "authorized_submit_users = ann, !",
      "main.cf:2: authorized_submit_users: authorized_submit_users: no pattern after '!'",
    ],
    ["authorized_submit_users = ann, /nothing", "main.cf:2: authorized_submit_users: no /nothing"],
    [
      "local_login_sender_maps = nothing",
      'main.cf:2: local_login_sender_maps: open dictionary: expecting "type:name" form instead of "nothing"',
    ],
    [
      "local_login_sender_maps = static:x\nempty_address_local_login_sender_maps_lookup_key =",
      "main.cf:3: empty_address_local_login_sender_maps_lookup_key: empty: Postfix takes no mail of local users",
    ],
  ])("%s", async (text, message) => {
    const error = await load(text).catch((thrown: unknown) => thrown);
    expect(isFromguardError(error) && error.message).toBe(message);
  });
});
