import { MESSAGE_LIMITS, type MessageLimits } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const CONFIG =
  "ownership:\n  - login-map: inline:{bob@example.com=bob}\nrules: [header-originators-owned, body-unambiguous]\n";

async function check(limits: string, message: string, argv: readonly string[] = []) {
  const folder = await folderWith({ "f.yaml": `${CONFIG}${limits}`, "letter.eml": message });
  const transaction = {
    login: "bob",
    envelopeFrom: "bob@example.com",
    message: Buffer.from(message).toString("base64"),
  };
  const io = testIo({ stdin: `${JSON.stringify(transaction)}\n` });
  const single = ["--login", "bob", "--sender", "bob@example.com", "--message", `${folder}/letter.eml`, "--json"];
  const code = await main(["check", "--config", `${folder}/f.yaml`, ...(argv.length > 0 ? argv : single)], io);
  return { code, json: io.out() === "" ? undefined : JSON.parse(io.out()), err: io.err().replaceAll(folder, "@DIR@") };
}

const part = "--b\r\nX: 1\r\n\r\n";
const CASES: readonly (readonly [key: string, limit: keyof MessageLimits, least: number, message: string])[] = [
  ["header-octets", "maxHeaderOctets", 54, "From: bob@example.com\r\nX: 1\r\nX: 2\r\nX: 3\r\nX: 4\r\nX: 5\r\n\r\n"],
  ["line-octets", "maxLineOctets", 30, `From: bob@example.com\r\nX: ${"x".repeat(27)}\r\n\r\n`],
  ["fields", "maxFields", 3, "From: bob@example.com\r\nX: 1\r\nX: 2\r\n\r\n"],
  ["mailboxes", "maxMailboxes", 2, "From: bob@example.com, bob@example.com\r\n\r\n"],
  ["nesting", "maxNesting", 2, "From: ((Bob)) bob@example.com\r\n\r\n"],
  [
    "mime-depth",
    "maxMimeDepth",
    2,
    "From: bob@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n",
  ],
  [
    "mime-parts",
    "maxMimeParts",
    2,
    `From: bob@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${part}${part}`,
  ],
];

describe("limits in the configuration", () => {
  it("are the defaults of core unless told otherwise, each by its key", () => {
    expect(parseConfig("", "f.yaml").limits).toEqual(MESSAGE_LIMITS);
    expect(CASES.map(([, limit]) => limit).sort()).toEqual(Object.keys(MESSAGE_LIMITS).sort());
    for (const [key, limit] of CASES) {
      expect(parseConfig(`limits: { ${key}: 7 }`, "f.yaml").limits).toEqual({ ...MESSAGE_LIMITS, [limit]: 7 });
    }
  });

  it.each(CASES)("%s is kept by check, one message or a batch", async (key, _limit, least, message) => {
    for (const argv of [[], ["--batch"]]) {
      const within = await check(`limits: { ${key}: ${least} }\n`, message, argv);
      expect([within.json?.action, within.json?.code, within.err]).toEqual(["accept", "ok", expect.anything()]);
      const over = await check(`limits: { ${key}: ${least - 1} }\n`, message, argv);
      expect([over.json?.action, over.json?.code, over.json?.reply.code]).toEqual(["reject", "header-too-long", 550]);
    }
  });

  it.each([
    ["limits: { fields: 0 }", "@DIR@/f.yaml:4:11: limits.fields: must be at least 1"],
    ["limits:\n  fields: many", "@DIR@/f.yaml:5:3: limits.fields: must be a number, not text"],
    ["limits: { header-octets: 99999999999 }", "@DIR@/f.yaml:4:11: limits.header-octets: must be at most 67108864"],
    ["limits:\n  field: 10", "@DIR@/f.yaml:5:3: limits.field: unknown key (did you mean fields?)"],
  ])("%j is a fault of its line", async (limits, complaint) => {
    const { code, err } = await check(`${limits}\n`, "From: bob@example.com\r\n\r\n");
    expect(err).toContain(complaint);
    expect(code).toBe(78);
  });
});
