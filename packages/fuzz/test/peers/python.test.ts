import { afterAll, describe, expect, test } from "vitest";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";
import { PYTHON_READERS, startPython } from "../../src/readers/python.js";
import { startReaders } from "../../src/readers/readers.js";
import { FOLDED, SECOND } from "../plain-mail.js";

const notRun = whyNotRun(["python3"], { root: false });

describe.skipIf(notRun !== undefined)("Python's email package", () => {
  const readers = startReaders();
  afterAll(() => readers.close());

  test.each(PYTHON_READERS)("%s shows a plain From and Sender, message by message", async (name) => {
    expect(readers.names).toContain(name);
    const [first, second] = await readers.read([FOLDED.raw, SECOND.raw]);
    expect(first?.[name]?.addresses).toEqual(FOLDED.addresses);
    expect(second?.[name]?.addresses).toEqual(SECOND.addresses);
  });

  test("no message is an answer too, and one that it cannot read is nothing", async () => {
    expect(await readers.read([])).toEqual([]);
    const [only] = await readers.read([Buffer.from("From: a@[b\r\n\r\n")]);
    expect(only).toHaveProperty("python default");
  });

  test("an ended process rejects what is asked of it", async () => {
    const python = startPython();
    const asked = python.read([SECOND.raw]).catch((cause: unknown) => String(cause));
    python.close();
    await asked;
    await expect(python.read([SECOND.raw])).rejects.toThrow("python3");
  });
});
