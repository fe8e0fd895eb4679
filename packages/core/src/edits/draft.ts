import { HEADER_LIMITS } from "../headers/limits.js";
import { utf8 } from "../headers/octets.js";
import type { HeaderField, HeaderSection } from "../headers/section.js";
import type { Edit } from "../verdict/edit.js";
import { fieldName } from "./apply-edits.js";

/** A field of the header as received, and its number among those of its name. */
interface Slot {
  readonly field: HeaderField;
  readonly name: string;
  readonly occurrence: number;
}

/** A header that is being rewritten: what it will be, for the rule to judge, and the edits that lead there. */
export class Draft {
  readonly #original: HeaderSection;
  readonly #slots: readonly Slot[];
  /** By index of the field; without a value where it is deleted. */
  readonly #changes = new Map<number, string | undefined>();
  readonly #added: { readonly name: string; readonly value: string }[] = [];

  constructor(original: HeaderSection) {
    this.#original = original;
    const counts = new Map<string, number>();
    this.#slots = original.fields.map((field) => {
      const name = fieldName(field.name);
      const occurrence = (counts.get(name) ?? 0) + 1;
      counts.set(name, occurrence);
      return { field, name, occurrence };
    });
  }

  /** Whether a field of that name, in small letters, is in the header now. */
  has(name: string): boolean {
    return this.#added.some((field) => fieldName(field.name) === name) || this.indexesOf(name).length > 0;
  }

  /** The fields of that name, in small letters, that were received and are still there. */
  indexesOf(name: string): readonly number[] {
    return this.#slots.flatMap((slot, index) => (slot.name === name && !this.#isDeleted(index) ? [index] : []));
  }

  /** Replaces a value; false where it says that already. */
  change(index: number, value: string): boolean {
    if (this.#changes.get(index) === value) return false;
    this.#changes.set(index, value);
    return true;
  }

  delete(index: number): void {
    this.#changes.set(index, undefined);
  }

  add(name: string, value: string): void {
    this.#added.push({ name, value });
  }

  /**
   * The header as it will be, in the list view: the offset of a field is its index as received. Anomalies of the header as
   * received stand; a limit that the edits would reach is one more.
   */
  section(): HeaderSection {
    const fields: HeaderField[] = [];
    for (const [index, { field }] of this.#slots.entries()) {
      if (this.#isDeleted(index)) continue;
      const value = this.#changes.get(index);
      fields.push({ name: field.name, value: value === undefined ? field.value : utf8(` ${value}`), offset: index });
    }
    for (const { name, value } of this.#added) {
      fields.push({ name, value: utf8(` ${value}`), offset: this.#slots.length + fields.length });
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
    for (const [index, value] of [...this.#changes].sort(([a], [b]) => a - b)) {
      const { field, occurrence } = this.#slots[index]!;
      const at = { name: field.name.trimEnd(), occurrence };
      edits.push(value === undefined ? { kind: "delete-header", ...at } : { kind: "change-header", ...at, value });
    }
    return [...edits, ...this.#added.map((field): Edit => ({ kind: "add-header", ...field }))];
  }

  #isDeleted(index: number): boolean {
    return this.#changes.has(index) && this.#changes.get(index) === undefined;
  }
}
