import { absurd, type Edit } from "@fromguard/core";
import type { MilterEdit } from "../codec/answer.js";

/** Changes, then deletions from the highest number down, then insertions: the numbers come out right on both MTAs. */
const ORDER: Readonly<Record<Edit["kind"], number>> = {
  "change-header": 0,
  "delete-header": 1,
  "add-header": 2,
  "prepend-header": 2,
  "change-envelope-from": 3,
  quarantine: 4,
};

/**
 * The edits of a decision as a milter says them, in the order in which they are safe.
 *
 * Text goes out as UTF-8. Line breaks that are no folds, and NUL, become blanks: no value turns into a second field. Postfix
 * counts the fields of a name anew after each deletion, Sendmail does not. With `leadingSpace`, what stands behind the colon is
 * ours, so the blank is.
 *
 * @see spec section "Edits": Postfix src/milter, Sendmail libmilter smfi_chgheader
 */
export function milterEdits(
  edits: readonly Edit[],
  { leadingSpace }: { readonly leadingSpace: boolean },
): MilterEdit[] {
  const value = (text: string) => octets(`${leadingSpace ? " " : ""}${withoutBreaks(text)}`);
  const sorted = [...edits]
    .filter((edit, index) => !isRepeatedDeletion(edit, edits.slice(0, index)))
    .sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || occurrenceOf(b) - occurrenceOf(a));
  return sorted.map((edit): MilterEdit => {
    switch (edit.kind) {
      case "add-header":
        return { kind: "add-header", name: edit.name, value: value(edit.value) };
      case "prepend-header":
        return { kind: "insert-header", index: 0, name: edit.name, value: value(edit.value) };
      case "change-header":
        return { kind: "change-header", index: edit.occurrence, name: edit.name, value: value(edit.value) };
      case "delete-header":
        return { kind: "change-header", index: edit.occurrence, name: edit.name, value: "" };
      case "change-envelope-from":
        return { kind: "change-sender", address: octets(`<${edit.address}>`) };
      case "quarantine":
        return { kind: "quarantine", reason: octets(edit.reason.replace(/[\x00-\x1f\x7f]/g, " ")) };
      default:
        return absurd(edit);
    }
  });
}

/** Two rules may want the same field gone; where numbers move up, the second deletion would take the next field. */
function isRepeatedDeletion(edit: Edit, before: readonly Edit[]): boolean {
  if (edit.kind !== "delete-header") return false;
  const name = edit.name.toLowerCase();
  return before.some(
    (other) =>
      other.kind === "delete-header" && other.occurrence === edit.occurrence && other.name.toLowerCase() === name,
  );
}

function occurrenceOf(edit: Edit): number {
  return edit.kind === "delete-header" ? edit.occurrence : 0;
}

function withoutBreaks(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .replace(/\n(?![ \t])|[\r\0]/g, " ")
    .trim();
}

/** UTF-8, as octets in latin1. */
function octets(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
