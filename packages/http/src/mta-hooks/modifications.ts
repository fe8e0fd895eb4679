import { absurd, type Edit, type HeaderSection } from "@fromguard/core";

/** What Stalwart does to a message at the stage data, in the words of its parser. */
export type Modification =
  | { readonly type: "changeFrom"; readonly value: string; readonly parameters?: Readonly<Record<string, null>> }
  | { readonly type: "addHeader"; readonly name: string; readonly value: string }
  | { readonly type: "changeHeader"; readonly index: number; readonly name: string; readonly value: string }
  | { readonly type: "deleteHeader"; readonly index: number; readonly name: string };

type Changed = Extract<Modification, { readonly type: "changeHeader" | "deleteHeader" }>;
type Added = Extract<Edit, { readonly kind: "add-header" | "prepend-header" }>;

/**
 * The edits of a decision as modifications, or undefined where one cannot be made: a quarantine, which Stalwart would answer 250 and
 * drop the message, and edits of a field whose name it counts otherwise, having a blank before its colon.
 *
 * Stalwart puts every added field on top, also those that are meant for the end of the header. It counts the fields of a name anew
 * after each modification: deletions go from the highest number down, and additions come last.
 *
 * @see Stalwart crates/smtp/src/inbound/milter/message.rs, apply_milter_modifications
 */
export function modificationsOf(
  edits: readonly Edit[],
  headers: HeaderSection | undefined,
): readonly Modification[] | undefined {
  const changed = new Map<string, Changed>();
  const appended: Added[] = [];
  const prepended: Added[] = [];
  const envelope: Modification[] = [];
  for (const edit of edits) {
    switch (edit.kind) {
      case "quarantine":
        return undefined;
      case "change-envelope-from":
        envelope.push(changeFrom(edit.address));
        break;
      case "add-header":
        appended.push(edit);
        break;
      case "prepend-header":
        prepended.unshift(edit);
        break;
      case "change-header":
      case "delete-header": {
        const count = countOf(edit.name, headers);
        if (count === undefined) return undefined;
        const { name, occurrence: index } = edit;
        const value = edit.kind === "delete-header" ? "" : onOneField(edit.value);
        if (index <= count) changed.set(`${name.toLowerCase()} ${index}`, change(index, name, value));
        else if (value !== "") appended.push({ kind: "add-header", name, value });
        break;
      }
      default:
        return absurd(edit);
    }
  }
  const rest = [...changed.values()].sort((a, b) => rank(a) - rank(b));
  const added = [...prepended, ...appended].map(({ name, value }): Modification => {
    return { type: "addHeader", name, value: onOneField(value) };
  });
  // Alone they are written in their order; beside changes each is put above the ones before it.
  return rest.length === 0 ? [...added, ...envelope] : [...rest, ...added.reverse(), ...envelope];
}

function change(index: number, name: string, value: string): Changed {
  return value === "" ? { type: "deleteHeader", index, name } : { type: "changeHeader", index, name, value };
}

/** Changes first, then deletions from the highest number down. */
function rank({ type, index }: Changed): number {
  return type === "changeHeader" ? -Number.MAX_VALUE : -index;
}

/** How many fields of a name Stalwart counts; undefined where that is another number than ours. */
function countOf(name: string, headers: HeaderSection | undefined): number | undefined {
  const wanted = name.toLowerCase();
  const named = (headers?.fields ?? []).filter((field) => field.name.trimEnd().toLowerCase() === wanted);
  return named.every((field) => field.name.length === name.length) ? named.length : undefined;
}

/** The parameters of MAIL FROM that the client gave are lost with the address; that of an address outside ASCII is known. */
function changeFrom(value: string): Modification {
  const isAscii = /^[\x00-\x7f]*$/.test(value);
  return isAscii ? { type: "changeFrom", value } : { type: "changeFrom", value, parameters: { SMTPUTF8: null } };
}

/** Line breaks that are no folds, and NUL, become blanks: no value turns into a second field. */
function onOneField(value: string): string {
  return value
    .replace(/\r\n/g, "\n")
    .replace(/\n(?![ \t]+[^ \t\n])|[\r\0]/g, " ")
    .replace(/\n/g, "\r\n")
    .trim();
}
