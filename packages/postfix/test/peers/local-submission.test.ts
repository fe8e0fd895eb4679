import { readFileSync } from "node:fs";
import {
  FromguardError,
  isFromguardError,
  type LoadedTable,
  openTable,
  pcreTable,
  textHashTable,
} from "@fromguard/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LocalUsers, type User } from "../../../fromguard/test/peers/local-users.js";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";
import { readMainCf } from "../../src/main-cf/read-main-cf.js";
import { loadLocalSubmission } from "../../src/submission/load-local-submission.js";
import { type Asked, type Parameters, PostdropPeer } from "./postdrop-peer.js";

const notRun = whyNotRun(["postdrop", "unshare", "setpriv"]) ?? LocalUsers.whyNot();

const ANN: User = { uid: 4001, name: "ann" };
const BOB: User = { uid: 4002, name: "bob" };
const CAPITAL: User = { uid: 4003, name: "Carol" };
const DOTTED: User = { uid: 4004, name: "web.app" };
const CALLED_UNKNOWN: User = { uid: 4005, name: "unknown" };
const NOBODY: User = { uid: 4999, name: undefined };
const ROOT: User = { uid: 0, name: "root" };
const USERS = [ANN, BOB, CAPITAL, DOTTED, CALLED_UNKNOWN, NOBODY, ROOT];

const FILES = {
  indented: "  ann\n  bob # carol\n# unknown\n web.app\n",
  broken_off: "ann, # bob\ncarol\n!\n",
  users: "# who may\nann,\n  bob\n!carol\n",
  capitals: "CAROL x\n",
  hash: "ann x\ncarol x\nunknown x\n",
  pattern: "/^ann$/ x\n/^Carol$/i x\n",
  login_senders: "/^(.+)$/ $1 $1@example.com\n",
};

let peer: PostdropPeer;

/** What stands for every message with which postdrop ends over a table or list that it cannot open or ask. */
const NOT_OPEN = "cannot be opened or asked";

async function ours({ parameters, user, sender }: Asked): Promise<string | undefined> {
  const text = Object.entries({ compatibility_level: "3.6", ...parameters }).map(
    ([name, value]) => `${name} = ${value}\n`,
  );
  const { config } = readMainCf(text.join("").replaceAll("@DIR@", peer.folder), { file: "main.cf" });
  try {
    const { submission } = await loadLocalSubmission(config, { openTable: open, readFile: async (path) => read(path) });
    const may = await submission.maySubmit(user);
    if (may.kind !== "allowed") return alike(may.text);
    const answer = sender === undefined ? may : await submission.mayUse(user, sender);
    return answer.kind === "allowed" ? undefined : answer.text;
  } catch (error) {
    if (!isFromguardError(error)) throw error;
    return NOT_OPEN;
  }
}

function open(spec: string): Promise<LoadedTable> {
  return openTable(spec, {
    open: (type, file) => (type === "pcre" ? pcreTable(read(file), { file }) : textHashTable(read(file), { file })),
  });
}

/** The lines that refuse a user or a sender; any other with which postdrop ends is of a table or list. */
const REFUSED = /^User .* is not allowed|^not authorized to use|^local_login_sender_maps table lookup error|^NUL in/;

function alike(theirs: string | undefined): string | undefined {
  return theirs === undefined || REFUSED.test(theirs) ? theirs : NOT_OPEN;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new FromguardError("FG_FILE_UNREADABLE", `no ${file}`, { cause });
  }
}

async function expectSame(asked: readonly Asked[]): Promise<void> {
  const theirs = peer.ask(asked);
  const answers = await Promise.all(asked.map(ours));
  const differences = asked.flatMap((question, index) =>
    answers[index] === alike(theirs[index]) ? [] : [{ question, ours: answers[index], theirs: theirs[index] }],
  );
  expect(differences).toEqual([]);
}

const LISTS = [
  "static:anyone",
  "static:",
  "static:x, !ann",
  "",
  "ann",
  "ann, bob carol",
  "ANN, root",
  "!ann, static:all",
  "!ann",
  "!!ann",
  "!unknown, static:all",
  "unknown",
  "web.app",
  "app",
  ".app",
  "root, /@no-such-file",
  "@DIR@/users",
  "!@DIR@/users, static:all",
  "/no-such-file, ann",
  "ann, /no-such-file",
  "texthash:@DIR@/hash",
  "!texthash:@DIR@/hash, static:all",
  "pcre:@DIR@/pattern",
  "ann, texthash:/no-such-file, bob",
  "ann, fail:x, static:all",
  "!fail:x, ann",
  "inline:{ ann=x, { bob = y z } }",
  "inline:{ ann= }",
  "inline:{ broken }, ann",
  "unionmap:{ static:a, inline:{ ann=x } }",
  "4999, uid:4999",
  "ann # bob",
  "ann, #bob, carol",
  "#ann, static:all",
  "!#ann, bob",
  "@DIR@/indented",
  "!@DIR@/indented, static:all",
  "ann, @DIR@/broken_off",
  "$authorized_flush_users",
];

const SENDER_MAPS = [
  "static:*",
  "static:{ * }",
  "",
  "inline:{ { root = * }, { ann = ann@example.com } }",
  "inline:{ { root = * }, { bob = @example.com } }, pcre:@DIR@/login_senders",
  'inline:{ { ann = ann,"a b"@example.com , @other.test <> } }',
  "inline:{ { uid:4999 = x@example.com }, { unknown = * } }",
  "inline:{ { ann = ANN@Example.COM straße@example.com } }",
  "inline:{ { carol = *, <> } }",
  "inline:{ { ann = } }",
  "inline:{ { ann = , } }",
  "inline:{ { ann = ann*@example.com *@example.com } }",
  "fail:x, static:*",
  "static:@, static:*",
  "texthash:/no-such-file",
  "texthash:@DIR@/hash, static:*",
] as const;

const SENDERS = [
  "",
  "ann",
  "ann@example.com",
  "ANN@EXAMPLE.COM",
  "ann+tag@example.com",
  "ann-tag@example.com",
  "+@example.com",
  "ann+@example.com",
  "bob@example.com",
  "a b@example.com",
  "a b+tag@example.com",
  "ann@other.test",
  "x@y@other.test",
  "@other.test",
  "x@sub.example.com",
  "STRAßE@example.com",
  "strasse@example.com",
  "x",
  "*",
  "<>",
  "bob@example.com,ann@example.com",
  "owner-ann@example.com",
];

describe.skipIf(notRun !== undefined)(`local submission beside a real postdrop${notRun ? ` (${notRun})` : ""}`, () => {
  beforeAll(() => {
    peer = new PostdropPeer(USERS, FILES);
  });
  afterAll(() => peer.close());

  test(`authorized_submit_users: ${LISTS.length} lists, ${USERS.length} users`, async () => {
    const asked = LISTS.flatMap((list) =>
      USERS.map((user) => ({ parameters: { authorized_submit_users: list }, user })),
    );
    await expectSame(asked);
  });

  test(`local_login_sender_maps: ${SENDER_MAPS.length} maps, ${SENDERS.length} senders`, async () => {
    const users = [ANN, CAPITAL, NOBODY];
    const asked = SENDER_MAPS.flatMap((maps, index) =>
      SENDERS.map((sender, at) => ({
        parameters: { local_login_sender_maps: maps, recipient_delimiter: index % 2 === 0 ? "+" : "" },
        user: at % 4 === 3 ? (users[(index + at) % 3] as User) : ANN,
        sender,
      })),
    );
    await expectSame(asked);
  });

  test.each<[string, Parameters]>([
    ["another pattern of the null sender", { empty_address_local_login_sender_maps_lookup_key: "Null" }],
    ["the wildcard as pattern of the null sender", { empty_address_local_login_sender_maps_lookup_key: "*" }],
    ["no UTF-8", { smtputf8_enable: "no" }],
    ["an extension behind a hyphen", { recipient_delimiter: "+-" }],
  ])("local_login_sender_maps: %s", async (_, more) => {
    const maps = "inline:{ { ann = ann@example.com, straße@example.com, NULL, owner-ann@example.com }, { root = * } }";
    const parameters = { local_login_sender_maps: maps, ...more };
    await expectSame(SENDERS.flatMap((sender) => [ANN, ROOT].map((user) => ({ parameters, user, sender }))));
  });

  test("a list in which Postfix finds no key with capitals: it folds the name but not the keys of texthash, which we do", async () => {
    const asked = [{ parameters: { authorized_submit_users: "texthash:@DIR@/capitals" }, user: CAPITAL }];
    expect(peer.ask(asked)).toEqual(["User Carol(4003) is not allowed to submit mail"]);
    expect(await Promise.all(asked.map(ours))).toEqual([undefined]);
  });

  test("a refused user is told so before his sender is looked at", async () => {
    const parameters = { authorized_submit_users: "bob", local_login_sender_maps: "inline:{ { ann = ann } }" };
    await expectSame([ANN, BOB].map((user) => ({ parameters, user, sender: "eve@example.com" })));
  });

  test("generated lists, maps and senders", async () => {
    const item = fc.constantFrom(
      "ann",
      "bob",
      "!ann",
      "!bob",
      "!unknown",
      "!!carol",
      "static:x",
      "web.app",
      "@DIR@/users",
      "fail:x",
    );
    const pattern = fc.constantFrom(
      "*",
      "<>",
      "@example.com",
      "ann@example.com",
      '"a b"@example.com',
      "ann",
      '"',
      "\\",
      "@",
      "Ä@example.com",
    );
    const sender = fc.oneof(
      fc.constantFrom(...SENDERS),
      fc.string({ unit: fc.constantFrom("a", "b", "@", "+", ".", " ", '"', "\\", "ä", "(", "\t"), maxLength: 8 }),
      fc.constantFrom("ann", "a b", "", "Ä", "ä+x").map((local) => `${local}@example.com`),
    );
    const question = fc.record({
      parameters: fc.record({
        authorized_submit_users: fc.array(item, { maxLength: 4 }).map((items) => items.join(", ")),
        local_login_sender_maps: fc
          .array(pattern, { minLength: 1, maxLength: 3 })
          .map((words) => `static:{${words.join(" ")}}`),
        recipient_delimiter: fc.constantFrom("", "+"),
      }),
      user: fc.constantFrom(...USERS),
      sender,
    });
    await expectSame(fc.sample(question, { seed: 4, numRuns: 200 }));
  });
});
