import { applyEdits, type Edit, readMessage } from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modificationsOf } from "../../src/mta-hooks/modifications.js";
import { headerEdits, headers, RAW } from "../support/edits.js";
import { applyModifications } from "./stalwart.js";

/** The fields of a message as `name: value`, in their order. */
function fieldsOf(raw: Uint8Array): readonly string[] {
  return readMessage(raw).headers.fields.map(
    ({ name, value }) => `${name.toLowerCase()}: ${new TextDecoder().decode(value).replace(/\r\n/g, "").trim()}`,
  );
}

const edit = headerEdits("new", "two words", "folded\r\n\tvalue", "\u00e4", "a\r\nFrom: x", "a\nb", "nul\0", " x ");

describe("Stalwart makes of the modifications what the edits mean", () => {
  it("but for the place of fields that are added at the end", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
        const made = applyModifications(RAW, modificationsOf(edits, headers) ?? []);
        const meant = fieldsOf(applyEdits(RAW, edits));
        expect([...fieldsOf(made.raw)].sort()).toEqual([...meant].sort());
        expect(readMessage(made.raw).headers.anomalies).toEqual([]);
      }),
    );
  });

  it("and what is put on top stands there, the last first, in its order", () => {
    const inPlace = edit.filter(({ kind }) => kind === "prepend-header" || kind === "delete-header");
    fc.assert(
      fc.property(fc.array(inPlace, { maxLength: 6 }), (edits) => {
        const made = applyModifications(RAW, modificationsOf(edits, headers) ?? []);
        expect(fieldsOf(made.raw)).toEqual(fieldsOf(applyEdits(RAW, edits)));
      }),
    );
  });

  it("and fields that no edit names keep their octets where none is changed", () => {
    const edits: readonly Edit[] = [{ kind: "prepend-header", name: "X", value: "0" }];
    const made = applyModifications(RAW, modificationsOf(edits, headers) ?? []);
    expect(Buffer.from(made.raw).toString("latin1")).toBe(`X: 0\r\n${RAW.toString("latin1")}`);
  });
});

it.each<readonly [address: string, modification: object]>([
  ["ann@example.com", { type: "changeFrom", value: "ann@example.com" }],
  ["", { type: "changeFrom", value: "" }],
  ["\u00e4@example.com", { type: "changeFrom", value: "\u00e4@example.com", parameters: { SMTPUTF8: null } }],
])("the envelope sender becomes <%s>", (address, modification) => {
  expect(modificationsOf([{ kind: "change-envelope-from", address }], headers)).toEqual([modification]);
});

describe("what cannot be made is none", () => {
  it("a quarantine", () => {
    const edits: readonly Edit[] = [
      { kind: "add-header", name: "X", value: "1" },
      { kind: "quarantine", reason: "odd" },
    ];
    expect(modificationsOf(edits, headers)).toBeUndefined();
  });

  it.each(["change-header", "delete-header"] as const)(
    "%s of a field whose name Stalwart takes for another",
    (kind) => {
      const odd = readMessage(Buffer.from("From : a@b.test\r\nFrom: c@d.test\r\n\r\n")).headers;
      expect(modificationsOf([{ kind, name: "From", occurrence: 1, value: "x" } as Edit], odd)).toBeUndefined();
      expect(modificationsOf([{ kind, name: "To", occurrence: 1, value: "x" } as Edit], odd)).toBeDefined();
    },
  );
});
