import { describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const SENDERS = "/^([^@]+)@example\\.com$/ $1\n/(.)x$/ $1\n/^empty$/\n";
const HASH = "Key  two words\nother\nkey again\n";

async function run(argv: readonly string[], stdin = "") {
  const folder = await folderWith({ senders: SENDERS, hash: HASH });
  const io = testIo({ stdin });
  const code = await main(["postmap", ...argv.map((word) => word.replaceAll("@DIR@", folder))], io);
  const own = (text: string) => text.replaceAll(folder, "@DIR@");
  return [code, own(io.out()), own(io.err())];
}

const NO_TEXT = "postmap: warning: pcre map @DIR@/senders, line 3: no replacement text: using empty string\n";
const EMPTY = (key: string) =>
  `postmap: warning: table pcre:@DIR@/senders: key ${key}: empty string result is not allowed\n` +
  "postmap: warning: table pcre:@DIR@/senders should return NO RESULT in case of NOT FOUND\n";
const BAD_LINES =
  "postmap: warning: @DIR@/hash, line 2: expected format: key whitespace value -- ignoring this line\n" +
  'postmap: warning: @DIR@/hash, line 3: duplicate entry: "key"\n';

// Recorded from postmap 3.7.11, but for the sentence of an error in a file.
describe("one key", () => {
  it.each([
    ["found", ["-q", "bob@example.com", "pcre:@DIR@/senders"], [0, "bob\n", NO_TEXT]],
    ["found, the key in one word with -q", ["-qb", "static:v"], [0, "v\n", ""]],
    ["not found", ["-q", "bob", "pcre:@DIR@/senders"], [1, "", NO_TEXT]],
    ["an empty key", ["-q", "", "static:v"], [0, "v\n", ""]],
    ["keys of a hash are folded", ["-q", "KEY", "texthash:@DIR@/hash"], [0, "two words\n", BAD_LINES]],
    ["an empty result", ["-q", "empty", "pcre:@DIR@/senders"], [0, "\n", NO_TEXT + EMPTY("empty")]],
    ["the first map that has it", ["-q", "k", "pcre:@DIR@/senders", "static:a", "static:b"], [0, "a\n", NO_TEXT]],
    ["a map behind the answer is not opened", ["-q", "k", "static:a", "nosuch:b"], [0, "a\n", ""]],
    ["options end at the first map", ["-q", "k", "static:a", "-q", "b"], [0, "a\n", ""]],
    ["after --", ["-q", "k", "--", "static:a"], [0, "a\n", ""]],
    [
      "a result that cuts a character is an error",
      ["-q", "\xe9x", "pcre:@DIR@/senders"],
      [1, "", `${NO_TEXT}postmap: fatal: table pcre:@DIR@/senders: query error\n`],
    ],
    ["a table without a source", ["-q", "k", "static:"], [1, "", expect.stringMatching(/^postmap: fatal: .*static:/)]],
    ["an unknown type", ["-q", "k", "nosuch:x"], [1, "", expect.stringMatching(/^postmap: fatal: .*nosuch/)]],
    [
      "a missing file",
      ["-q", "k", "pcre:@DIR@/none"],
      [1, "", expect.stringMatching(/^postmap: fatal: .*@DIR@\/none/)],
    ],
    [
      "a database that was not built",
      ["-q", "key", "lmdb:@DIR@/hash"],
      [1, "", "postmap: fatal: @DIR@/hash.lmdb: it cannot be read: there is no such file\n"],
    ],
    ["no type is hash", ["-q", "k", "@DIR@/none"], [1, "", expect.stringMatching(/^postmap: fatal: .*@DIR@\/none/)]],
  ])("%s", async (_, argv, expected) => {
    expect(await run(argv)).toEqual(expected);
  });
});

describe("keys on standard input", () => {
  it.each([
    [
      "each that is found",
      "a@example.com\nzz\nb@example.com",
      ["pcre:@DIR@/senders"],
      [0, "a@example.com\ta\nb@example.com\tb\n", NO_TEXT],
    ],
    ["none is found", "zz\n", ["pcre:@DIR@/senders"], [1, "", NO_TEXT]],
    ["no key", "", ["nosuch:x"], [1, "", ""]],
    ["an empty line is an empty key", "\n", ["static:v"], [0, "\tv\n", ""]],
    ["a key ends at an octet of zero", "a\0b\n", ["static:v"], [0, "a\tv\n", ""]],
    ["a carriage return is kept", "a\r\n", ["static:v"], [0, "a\r\tv\n", ""]],
    ["an empty result", "EMPTY\n", ["pcre:@DIR@/senders"], [0, "EMPTY\t\n", NO_TEXT + EMPTY("EMPTY")]],
    [
      "an error ends it, and what stands in the last block is lost",
      "a@example.com\n\xe9x\nb@example.com\n",
      ["pcre:@DIR@/senders"],
      [1, "", `${NO_TEXT}postmap: fatal: table pcre:@DIR@/senders: query error\n`],
    ],
  ])("%s", async (_, stdin, maps, expected) => {
    expect(await run(["-q", "-", ...maps], stdin)).toEqual(expected);
  });

  it("whole blocks of 4096 octets stand when an error follows", async () => {
    const [code, out] = await run(["-q", "-", "pcre:@DIR@/senders"], `${"12@example.com\n".repeat(1000)}\xe9x\n`);
    expect([code, String(out).length]).toEqual([1, 16384]);
  });

  it("a key that is not UTF-8 is not found, with a warning", async () => {
    const io = testIo({
      stdin: (async function* () {
        yield Uint8Array.of(0x78, 0xff, 0x0a);
      })(),
    });
    expect([await main(["postmap", "-q", "-", "static:v"], io), io.out(), io.err()]).toEqual([
      1,
      "",
      'postmap: warning: static:v: non-UTF-8 key "x?": malformed UTF-8 or invalid codepoint\n',
    ]);
  });
});

describe("wrong usage is 64", () => {
  it.each([
    [[], "-q is required: only lookups are supported"],
    [["static:v"], "-q is required: only lookups are supported"],
    [["-q"], "-q needs a key, or - to read keys from standard input"],
    [["-q", "k"], "which map? Write TYPE:SOURCE, such as pcre:/etc/postfix/senders"],
    [["-q", "k", "-q", "l", "static:v"], "-q stands twice"],
    [["-f", "-q", "k", "static:v"], 'unknown option "-f"'],
    [["--query", "k", "static:v"], 'unknown option "--query"'],
  ])("%j", async (argv, sentence) => {
    expect(await run(argv)).toEqual([64, "", `fromguard: ${sentence}; see fromguard postmap --help\n`]);
  });
});
