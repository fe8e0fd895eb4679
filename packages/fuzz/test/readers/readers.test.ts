import { afterAll, describe, expect, test } from "vitest";
import { startPython } from "../../src/readers/python.js";
import { readEach, startReaders } from "../../src/readers/readers.js";

const plain = Buffer.from(
  "Subject: x\r\nFrom: =?utf-8?q?J=C3=B6rg?=\r\n <alice@example.com>\r\nSender: bob@example.com\r\n\r\nhello\r\n",
);

describe("readers", () => {
  const readers = startReaders();
  const reading = readers.read([plain, Buffer.from("From: carol@example.com\r\n\r\n")]);
  afterAll(() => readers.close());

  test.each(readers.names)("%s shows a plain From and Sender, message by message", async (name) => {
    const [first, second] = await reading;
    expect(new Set(first?.[name]?.addresses)).toEqual(new Set(["alice@example.com", "bob@example.com"]));
    expect(second?.[name]?.addresses).toEqual(["carol@example.com"]);
  });

  test("no message is an answer too", async () => expect(await readers.read([])).toEqual([]));
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

test("a program that is not there, or has ended, rejects what is asked of it", async () => {
  const missing = startPython("no-such-program");
  await expect(missing.read([plain])).rejects.toThrow("no-such-program");
  await expect(missing.read([plain])).rejects.toThrow("no-such-program");
  const closed = startPython();
  const asked = closed.read([plain]).catch((cause: Error) => cause.message);
  closed.close();
  await asked;
  await expect(closed.read([plain])).rejects.toThrow("python3");
});
