import { HEADER_LIMITS } from "../headers/limits.js";
import { utf8 } from "../headers/octets.js";
import type { HeaderField, HeaderSection } from "../headers/section.js";
import type { Edit } from "../verdict/edit.js";
import { fieldName } from "./apply-edits.js";

/** A field of the draft; one that was received has its number among those of its name. */
interface Entry {
  readonly name: string;
  readonly received?: { readonly field: HeaderField; readonly index: number; readonly occurrence: number };
  /** The new value; undefined where it is that which was received. */
  value?: string;
  isGone: boolean;
}

/** A header that is being rewritten: what it will be, for the rule to judge, and the edits that lead there. */
export class Draft {
  readonly #original: HeaderSection;
  readonly #received: readonly Entry[];
  readonly #top: Entry[] = [];
  readonly #bottom: Entry[] = [];
  /** Edits of the envelope and the queue, which change no header. */
  readonly #others: Edit[] = [];

  constructor(original: HeaderSection) {
    this.#original = original;
    const counts = new Map<string, number>();
    this.#received = original.fields.map((field, index) => {
      const name = fieldName(field.name);
      const occurrence = (counts.get(name) ?? 0) + 1;
      counts.set(name, occurrence);
      return { name: field.name, received: { field, index, occurrence }, isGone: false };
    });
  }

  /** Whether a field of that name, in small letters, is in the header now. */
  has(name: string): boolean {
    return this.#all().some((entry) => isNamed(entry, name));
  }

  /** The fields of that name, in small letters, that were received and are still there. */
  indexesOf(name: string): readonly number[] {
    return this.#received.flatMap((entry, index) => (isNamed(entry, name) ? [index] : []));
  }

  /** Replaces a value; false where it says that already. */
  change(index: number, value: string): boolean {
    const entry = this.#received[index];
    if (entry === undefined || entry.value === value) return false;
    entry.value = value;
    return true;
  }

  delete(index: number): void {
    const entry = this.#received[index];
    if (entry !== undefined) entry.isGone = true;
  }

  add(name: string, value: string): void {
    this.#bottom.push({ name, value, isGone: false });
  }

  /** Makes the edits of a rule that saw this draft: it counted the fields that are in it now. */
  take(edits: readonly Edit[]): void {
    const before = this.#all().filter(({ isGone }) => !isGone);
    const find = (name: string, occurrence: number) =>
      before.filter((entry) => fieldName(entry.name) === fieldName(name))[occurrence - 1];
    for (const edit of edits) {
      switch (edit.kind) {
        case "add-header":
          this.add(edit.name, edit.value);
          break;
        case "prepend-header":
          this.#top.unshift({ name: edit.name, value: edit.value, isGone: false });
          break;
        case "change-header":
        case "delete-header": {
          const entry = find(edit.name, edit.occurrence);
          const value = edit.kind === "change-header" ? edit.value : "";
          if (entry === undefined) {
            if (value !== "") this.add(edit.name, value);
          } else if (value === "") entry.isGone = true;
          else entry.value = value;
          break;
        }
        default:
          this.#others.push(edit);
      }
    }
  }

  /**
   * The header as it will be, in the list view: the offset of a field is its index as received. Anomalies of the header as
   * received stand; a limit that the edits would reach is one more.
   */
  section(): HeaderSection {
    const fields: HeaderField[] = [];
    let added = this.#received.length;
    for (const { name, received, value, isGone } of this.#all()) {
      const offset = received?.index ?? added++;
      if (isGone) continue;
      const octets = value === undefined ? received?.field.value : utf8(` ${value}`);
      fields.push({ name, value: octets ?? new Uint8Array(0), offset });
    }
    const octets = fields.reduce((sum, { name, value }) => sum + name.length + value.length + 3, 2);
    const { anomalies, blindTo, limits = HEADER_LIMITS, isLimitReached = false } = this.#original;
    const isTooLong = fields.length > limits.maxFields || octets > limits.maxHeaderOctets;
    return {
      view: "list",
      fields,
      anomalies: isTooLong ? [...anomalies, { code: "header-too-long", offset: 0 }] : anomalies,
      blindTo,
      limits,
      isLimitReached: isLimitReached || isTooLong,
    };
  }

  edits(): readonly Edit[] {
    const edits: Edit[] = [];
    for (const { name, received, value, isGone } of this.#received) {
      const at = { name: name.trimEnd(), occurrence: received?.occurrence ?? 1 };
      if (isGone) edits.push({ kind: "delete-header", ...at });
      else if (value !== undefined) edits.push({ kind: "change-header", ...at, value });
    }
    const kept = (entries: readonly Entry[]) => entries.filter(({ isGone }) => !isGone);
    edits.push(...kept(this.#bottom).map(({ name, value = "" }): Edit => ({ kind: "add-header", name, value })));
    // Of several on top the last stands first.
    const top = kept(this.#top).toReversed();
    edits.push(...top.map(({ name, value = "" }): Edit => ({ kind: "prepend-header", name, value })));
    return [...edits, ...this.#others];
  }

  #all(): readonly Entry[] {
    return [...this.#top, ...this.#received, ...this.#bottom];
  }
}

function isNamed({ name, isGone }: Entry, lower: string): boolean {
  return !isGone && fieldName(name) === lower;
}
