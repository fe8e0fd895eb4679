import { type Address, formatMailbox } from "../address/address.js";
import { fieldText } from "../headers/field-text.js";
import { HEADER_LIMITS } from "../headers/limits.js";
import { type OriginatorField, readOriginators } from "../headers/originators.js";
import type { Fail } from "../verdict/verdict.js";
import type { Draft } from "./draft.js";
import { displayName, foldValue, formatPhrase } from "./field-value.js";

/** Mends the one fault in a draft that a failure tells of; false where it cannot. The failure is that of the draft. */
export function mend(
  draft: Draft,
  { code, evidence }: Fail,
  target: Address,
  keepClaim: "Reply-To" | "X-Original-From" | undefined,
): boolean {
  const fields = readOriginators(draft.section());
  if (code === "from-multiple" || code === "from-not-owned") {
    return mendFrom(
      draft,
      fields.filter(({ name }) => name === "from"),
      target,
      keepClaim,
    );
  }
  const guilty = fields.find(
    ({ field, name }) => field.offset === evidence.offset && name === evidence.field?.toLowerCase(),
  );
  if (guilty === undefined) return false;
  const index = guilty.field.offset;
  if (code === "author-not-owned") {
    draft.delete(index);
    return true;
  }
  const addresses = code.startsWith("name-") ? guilty.mailboxes.map(({ address }) => address) : [target];
  return change(draft, index, guilty.field.name, addresses.map(formatMailbox).join(", "));
}

function mendFrom(
  draft: Draft,
  froms: readonly OriginatorField[],
  target: Address,
  keepClaim: "Reply-To" | "X-Original-From" | undefined,
): boolean {
  const [first, ...others] = froms;
  if (first === undefined) return false;
  const isOne = others.length === 0;
  const value = fieldText(first.field.value) ?? "";
  if (isOne && keepClaim !== undefined && isClean(first) && !draft.has(keepClaim.toLowerCase())) {
    const kept = foldValue(keepClaim, value);
    if (kept !== undefined) draft.add(keepClaim, kept);
  }
  for (const { field } of others) draft.delete(field.offset);
  const name = isOne && isClean(first) && first.mailboxes.length === 1 ? nameOf(value) : undefined;
  const address = formatMailbox(target);
  return (
    (name !== undefined && change(draft, first.field.offset, first.field.name, `${formatPhrase(name)} <${address}>`)) ||
    change(draft, first.field.offset, first.field.name, address)
  );
}

/** Whether a value is of the strict grammar and shows no address but its mailboxes. */
function isClean({ anomalies, shown }: OriginatorField): boolean {
  return anomalies.length === 0 && shown.length === 0;
}

function nameOf(value: string): string | undefined {
  return displayName(value, HEADER_LIMITS.maxNesting);
}

function change(draft: Draft, index: number, name: string, text: string): boolean {
  const value = foldValue(name, text);
  return value !== undefined && draft.change(index, value);
}
