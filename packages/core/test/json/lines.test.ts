import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf } from "../../src/json/lines.js";

async function split(chunks: readonly string[], maxOctets = 100): Promise<readonly string[]> {
  const input = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk, "latin1");
  })();
  const lines: string[] = [];
  for await (const line of linesOf(input, maxOctets)) {
    lines.push(line.kind === "line" ? Buffer.from(line.octets).toString("latin1") : "(too long)");
  }
  return lines;
}

describe("lines of a stream", () => {
  it.each([
    ["nothing", [], []],
    ["one line", ["a\n"], ["a"]],
    ["a last line without its end", ["a\nb"], ["a", "b"]],
    ["an empty line", ["a\n\nb\n"], ["a", "", "b"]],
    ["a line in parts", ["a", "b", "c\n"], ["abc"]],
    ["a line of the allowed length", ["1234567890\n"], ["1234567890"]],
    ["a longer one, and the next", ["12345678901\nb\n"], ["(too long)", "b"]],
    ["a longer one in parts", ["123456", "7890", "1", "2\nb"], ["(too long)", "b"]],
    ["a longer one at the end", ["a\n12345678901"], ["a", "(too long)"]],
  ])("%s", async (_behaviour, chunks, lines) => {
    expect(await split(chunks, 10)).toEqual(lines);
  });

  it("does not depend on where chunks are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[a\n]{0,6}$/)), async (chunks) => {
        expect(await split(chunks, 4)).toEqual(await split([chunks.join("")], 4));
      }),
    );
  });
});
