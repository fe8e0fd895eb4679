import { absurd, type Edit, type HeaderField, type HeaderSection } from "@fromguard/core";

/** One field to add: at the end with -1, on top with 0. */
interface Added {
  readonly value: string;
  readonly order: -1 | 0;
}

/** What a client of Rspamd is to do with the message. */
export interface MilterBlock {
  /** Always 0: all of that name. */
  readonly remove_headers?: Readonly<Record<string, 0>>;
  readonly add_headers?: Readonly<Record<string, readonly Added[]>>;
  readonly change_from?: string;
  /** With the action `reject`. */
  readonly reject?: "quarantine";
}

type Change = Extract<Edit, { readonly kind: "change-header" | "delete-header" }>;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The edits of a decision as a `milter` block, or undefined where a client might not make them all.
 *
 * Rspamd's proxy removes the nth field of a name, Haraka's plug-in all of them: the fields of a name that is edited are removed
 * together and those that stay are added anew, unfolded, at the end. That cannot be done for octets that are no UTF-8, nor for a name
 * with a blank before its colon. The envelope sender and quarantine are for clients with `Flags: milter` alone.
 *
 * @see Rspamd src/libserver/milter.c, rspamd_milter_process_milter_block; haraka-plugin-rspamd
 */
export function milterBlock(
  edits: readonly Edit[],
  headers: HeaderSection | undefined,
  isMilter: boolean,
): MilterBlock | undefined {
  const added: (Added & { readonly name: string })[] = [];
  const changes = new Map<string, Change[]>();
  let changeFrom: string | undefined;
  let isQuarantined = false;
  for (const edit of edits) {
    switch (edit.kind) {
      case "add-header":
        added.push({ name: edit.name, value: onOneLine(edit.value), order: -1 });
        break;
      case "prepend-header":
        added.push({ name: edit.name, value: onOneLine(edit.value), order: 0 });
        break;
      case "change-header":
      case "delete-header": {
        const name = edit.name.toLowerCase();
        changes.set(name, [...(changes.get(name) ?? []), edit]);
        break;
      }
      case "change-envelope-from":
        changeFrom = edit.address;
        break;
      case "quarantine":
        isQuarantined = true;
        break;
      default:
        return absurd(edit);
    }
  }
  if ((changeFrom !== undefined || isQuarantined) && !isMilter) return undefined;
  const removed: string[] = [];
  const kept: typeof added = [];
  for (const [lower, ofName] of changes) {
    const fields = (headers?.fields ?? []).filter(({ name }) => name.trimEnd().toLowerCase() === lower);
    const values = changedValues(fields, ofName);
    if (values === undefined) return undefined;
    const name = fields[0]?.name ?? ofName[0]!.name;
    if (fields.length > 0) removed.push(name);
    kept.push(...values.map((value) => ({ name, value, order: -1 as const })));
  }
  return {
    ...(removed.length === 0 ? {} : { remove_headers: Object.fromEntries(removed.map((name) => [name, 0])) }),
    ...byName([...kept, ...added]),
    ...(changeFrom === undefined ? {} : { change_from: `<${changeFrom}>` }),
    ...(isQuarantined ? { reject: "quarantine" } : {}),
  };
}

/** The values that the fields of one name come to have; undefined where they cannot be told. */
function changedValues(fields: readonly HeaderField[], changes: readonly Change[]): readonly string[] | undefined {
  const values: (string | undefined)[] = [];
  for (const { name, value } of fields) {
    if (name !== name.trimEnd()) return undefined;
    try {
      values.push(onOneLine(UTF8.decode(value)));
    } catch {
      return undefined;
    }
  }
  const beyond: string[] = [];
  for (const change of changes) {
    const value = change.kind === "delete-header" ? "" : onOneLine(change.value);
    if (change.occurrence <= values.length) values[change.occurrence - 1] = value === "" ? undefined : value;
    else if (value !== "") beyond.push(value);
  }
  return [...values.filter((value) => value !== undefined), ...beyond];
}

function byName(added: readonly (Added & { readonly name: string })[]): Pick<MilterBlock, "add_headers"> {
  if (added.length === 0) return {};
  const lists = new Map<string, Added[]>();
  for (const { name, ...field } of added) lists.set(name, [...(lists.get(name) ?? []), field]);
  return { add_headers: Object.fromEntries(lists) };
}

/** Unfolded; other line breaks, and NUL, become blanks. */
function onOneLine(value: string): string {
  return value
    .replace(/\r?\n(?=[ \t])/g, "")
    .replace(/[\r\n\0]/g, " ")
    .trim();
}
