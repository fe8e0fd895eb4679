import { applyEdits, type Edit, readMessage } from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MilterBlock, milterBlock } from "../../src/rspamd/milter-block.js";
import { headerEdits, headers, RAW } from "../support/edits.js";

type Field = readonly [name: string, value: string];

function fieldsOf(raw: Uint8Array): readonly Field[] {
  return readMessage(raw).headers.fields.map(({ name, value }) => [
    name.toLowerCase(),
    new TextDecoder().decode(value).replace(/\r\n/g, "").trim(),
  ]);
}

/** As haraka-plugin-rspamd does it: all fields of a name go, and what is added stands at the end. */
function haraka(fields: readonly Field[], { remove_headers = {}, add_headers = {} }: MilterBlock): readonly Field[] {
  const gone = new Set(Object.keys(remove_headers).map((name) => name.toLowerCase()));
  const added = Object.entries(add_headers).flatMap(([name, list]) =>
    list.map(({ value }): Field => [name.toLowerCase(), value]),
  );
  return [...fields.filter(([name]) => !gone.has(name)), ...added];
}

/** As the milter of Rspamd does it: 0 is all of a name, an order of 0 is on top. */
function rspamd(fields: readonly Field[], { remove_headers = {}, add_headers = {} }: MilterBlock): readonly Field[] {
  const left = [...haraka(fields, { remove_headers })];
  for (const [name, list] of Object.entries(add_headers))
    for (const { value, order } of list) left.splice(order === 0 ? 0 : left.length, 0, [name.toLowerCase(), value]);
  return left;
}

const edit = headerEdits("new", "two words", "folded\r\n\tvalue", "\u00e4", " x ");

describe.each([
  ["haraka-plugin-rspamd", haraka],
  ["Rspamd's milter", rspamd],
])("%s", (_client, apply) => {
  it("comes to the fields that the edits mean", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
        const block = milterBlock(edits, headers, false);
        const meant = fieldsOf(applyEdits(RAW, edits)).map(String).sort();
        expect(
          apply(fieldsOf(RAW), block ?? {})
            .map(String)
            .sort(),
        ).toEqual(meant);
      }),
    );
  });

  it("keeps the order among fields of one name", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
        const inOrder = edits.filter(({ kind }) => kind === "change-header" || kind === "delete-header");
        const made = apply(fieldsOf(RAW), milterBlock(inOrder, headers, false) ?? {});
        const meant = fieldsOf(applyEdits(RAW, inOrder));
        for (const wanted of ["from", "x", "subject", "sender"]) {
          const of = (fields: readonly Field[]) => fields.filter(([name]) => name === wanted);
          expect(of(made)).toEqual(of(meant));
        }
      }),
    );
  });
});

it("puts no line break into a field", () => {
  const edits: readonly Edit[] = [{ kind: "add-header", name: "X", value: "a\r\nFrom: b\nc\rd\0e" }];
  expect(milterBlock(edits, headers, false)).toEqual({
    add_headers: { X: [{ value: "a  From: b c d e", order: -1 }] },
  });
});

it("changes the envelope sender, and quarantines, of a client that says it can", () => {
  const edits: readonly Edit[] = [
    { kind: "change-envelope-from", address: "a@b.test" },
    { kind: "quarantine", reason: "odd" },
  ];
  expect(milterBlock(edits, headers, true)).toEqual({ change_from: "<a@b.test>", reject: "quarantine" });
});

describe("what a client might not make is none", () => {
  const change: Edit = { kind: "change-header", name: "X", occurrence: 1, value: "1" };
  it.each<readonly [what: string, edit: Edit, raw: string]>([
    ["envelope sender", { kind: "change-envelope-from", address: "a@b.test" }, "X: 1\r\n\r\n"],
    ["quarantine", { kind: "quarantine", reason: "odd" }, "X: 1\r\n\r\n"],
    ["octets that no JSON holds", change, "X: 1\r\nX: \xff\r\n\r\n"],
    ["a blank before the colon", change, "X : 1\r\n\r\n"],
  ])("%s", (_what, edit, raw) => {
    expect(milterBlock([edit], readMessage(Buffer.from(raw, "latin1")).headers, false)).toBeUndefined();
  });
});
