import { expect, test } from "vitest";
import { JAVASCRIPT_READERS } from "../../src/readers/javascript.js";
import { startPython } from "../../src/readers/python.js";
import { readEach } from "../../src/readers/readers.js";
import { FOLDED, SECOND } from "../plain-mail.js";

test.each(Object.keys(JAVASCRIPT_READERS))("%s shows a plain From and Sender, message by message", async (name) => {
  const [first, second] = await readEach(JAVASCRIPT_READERS, [FOLDED.raw, SECOND.raw]);
  expect(new Set(first?.[name]?.addresses)).toEqual(new Set(FOLDED.addresses));
  expect(new Set(second?.[name]?.addresses)).toEqual(new Set(SECOND.addresses));
});

test("a reader that throws gives up that message alone", async () => {
  const shown = { addresses: ["a@b.example"], names: [] };
  const choosy = (raw: Uint8Array) => {
    if (raw.length === 0) throw new Error("empty");
    return shown;
  };
  const batch = [Buffer.from(""), Buffer.from("x")];
  expect(await readEach({ choosy, easy: () => shown }, batch)).toEqual([
    { choosy: undefined, easy: shown },
    { choosy: shown, easy: shown },
  ]);
});

test("a program that is not there rejects all that is asked of it", async () => {
  const missing = startPython("no-such-program");
  await expect(missing.read([SECOND.raw])).rejects.toThrow("no-such-program");
  await expect(missing.read([SECOND.raw])).rejects.toThrow("no-such-program");
});
