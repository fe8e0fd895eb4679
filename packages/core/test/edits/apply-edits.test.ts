import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { applyEdits, type Edit } from "../../src/index.js";

const edit = (message: string, ...edits: Edit[]) =>
  new TextDecoder().decode(applyEdits(new TextEncoder().encode(message), edits));

describe("applyEdits", () => {
  const message = "A: 1\r\nb : 2\r\nB: 3\r\n 4\r\n\r\nB: body";
  test.each<readonly [name: string, edit: Edit, after: string]>([
    [
      "a field goes to the end of the header",
      { kind: "add-header", name: "C", value: "x" },
      "A: 1\r\nb : 2\r\nB: 3\r\n 4\r\nC: x\r\n\r\nB: body",
    ],
    ["a field goes on top", { kind: "prepend-header", name: "C", value: "x" }, `C: x\r\n${message}`],
    [
      "fields are counted without case and blanks",
      { kind: "change-header", name: "b", occurrence: 2, value: "x" },
      "A: 1\r\nb : 2\r\nb: x\r\n\r\nB: body",
    ],
    [
      "a field goes with its folds",
      { kind: "delete-header", name: "B", occurrence: 2 },
      "A: 1\r\nb : 2\r\n\r\nB: body",
    ],
    ["a field that is not there does not go", { kind: "delete-header", name: "B", occurrence: 3 }, message],
    [
      "a change of a field that is not there adds it",
      { kind: "change-header", name: "C", occurrence: 1, value: "x" },
      "A: 1\r\nb : 2\r\nB: 3\r\n 4\r\nC: x\r\n\r\nB: body",
    ],
    [
      "a change to nothing deletes",
      { kind: "change-header", name: "A", occurrence: 1, value: "" },
      "b : 2\r\nB: 3\r\n 4\r\n\r\nB: body",
    ],
    [
      "a value cannot become a second field",
      { kind: "change-header", name: "A", occurrence: 1, value: "x\r\nFrom: y\n\r\0\n \nz" },
      "A: x From: y      z\r\nb : 2\r\nB: 3\r\n 4\r\n\r\nB: body",
    ],
    [
      "folds end in CRLF",
      { kind: "change-header", name: "A", occurrence: 1, value: "x\n y" },
      "A: x\r\n y\r\nb : 2\r\nB: 3\r\n 4\r\n\r\nB: body",
    ],
    ["the envelope is the host's", { kind: "change-envelope-from", address: "a@b.example" }, message],
    ["so is quarantine", { kind: "quarantine", reason: "x" }, message],
  ])("%s", (_, change, after) => {
    expect(edit(message, change)).toBe(after);
  });

  test("numbers are those of the header as received", () => {
    const both: Edit[] = [
      { kind: "delete-header", name: "B", occurrence: 1 },
      { kind: "change-header", name: "B", occurrence: 2, value: "x" },
    ];
    expect(edit(message, ...both)).toBe("A: 1\r\nB: x\r\n\r\nB: body");
    expect(edit(message, ...both.toReversed())).toBe("A: 1\r\nB: x\r\n\r\nB: body");
  });

  test.each([
    ["", "C: x\r\n"],
    ["\r\n", "C: x\r\n\r\n"],
    ["A: 1", "A: 1\r\nC: x\r\n"],
    ["A: 1\r\n", "A: 1\r\nC: x\r\n"],
  ])("the header %j may end anywhere", (header, after) => {
    expect(edit(header, { kind: "add-header", name: "C", value: "x" })).toBe(after);
  });

  test("the line that begins an mbox stays the first", () => {
    const top: Edit = { kind: "prepend-header", name: "C", value: "x" };
    expect(edit("From a@b.example today\r\nA: 1\r\n\r\n", top)).toBe("From a@b.example today\r\nC: x\r\nA: 1\r\n\r\n");
  });

  test("a name that is none is refused", () => {
    expect(() => edit(message, { kind: "add-header", name: "A:", value: "x" })).toThrow(/no field name/);
  });

  test("octets that no edit names stay as they are, whatever they are", () => {
    const some = fc.array(
      fc.oneof(fc.constantFrom("\r\n", "A: 1", ":", " ", "\n", "X"), fc.string({ unit: anyCharacter, maxLength: 3 })),
    );
    fc.assert(
      fc.property(some, (parts) => {
        const octets = new TextEncoder().encode(parts.join(""));
        expect(applyEdits(octets, [])).toEqual(octets);
        expect(applyEdits(octets, [{ kind: "delete-header", name: "Y", occurrence: 1 }])).toEqual(octets);
      }),
    );
  });
});
