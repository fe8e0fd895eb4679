import { OctetField } from "./octet-field.js";
import { isBlank } from "./octets.js";
import type { HeaderField } from "./section.js";

/** Some field names, to tell which of them a field has. Names compare without case, and without blanks before the colon. */
export class FieldNames<Name extends string> {
  /** By length: most fields have none of the names, and most of those are told by it. */
  readonly #byLength: (readonly Name[] | undefined)[] = [];

  /** @param names in lower case, of letters and hyphens */
  constructor(names: readonly Name[]) {
    for (const { length } of names) this.#byLength[length] = names.filter((name) => name.length === length);
  }

  /** The name of a field where it is one of these. */
  of(field: HeaderField): Name | undefined {
    return field instanceof OctetField ? this.#ofOctets(field) : this.#ofText(field.name);
  }

  #ofText(written: string): Name | undefined {
    let { length } = written;
    while (length > 0 && isBlank(written.charCodeAt(length - 1))) length--;
    const names = this.#byLength[length];
    if (names === undefined) return undefined;
    const lower = written.slice(0, length).toLowerCase();
    return names.find((name) => name === lower);
  }

  /** The same without making text of the name. */
  #ofOctets(field: OctetField): Name | undefined {
    const names = this.#byLength[field.nameLength];
    if (names === undefined) return undefined;
    for (const name of names) if (field.nameBegins(name)) return name;
    return undefined;
  }
}
