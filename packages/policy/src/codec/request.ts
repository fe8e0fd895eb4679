import { isUtf8 } from "node:buffer";
import { ABSENT, placeOf } from "./attributes.js";

/**
 * One request of Postfix: `name=value` lines.
 *
 * It is kept as one text and read on demand: a policy reads eight of the thirty attributes.
 */
export class PolicyRequest {
  readonly kind = "request";
  readonly #text: string;
  readonly #utf8: boolean;
  readonly #places: readonly number[] | undefined;

  /**
   * Lines, each ended by LF. Octets as latin1 where the whole is not UTF-8.
   *
   * @param places where values begin, of who has read the lines already; else names are searched for
   */
  constructor(text: string, utf8: boolean, places?: readonly number[]) {
    this.#text = text;
    this.#utf8 = utf8;
    this.#places = places;
  }

  /**
   * The value of an attribute; undefined where it was not sent, the first where it was sent twice.
   *
   * A value that is not UTF-8 comes octet by octet, as latin1: see {@link isUtf8}.
   */
  get(name: string): string | undefined {
    const raw = this.#find(name);
    if (this.#utf8 || raw === undefined) return raw;
    const octets = Buffer.from(raw, "latin1");
    return isUtf8(octets) ? octets.toString("utf8") : raw;
  }

  /** Whether the value of an attribute is UTF-8; true where it was not sent. */
  isUtf8(name: string): boolean {
    return this.#utf8 || isUtf8(Buffer.from(this.#find(name) ?? "", "latin1"));
  }

  /**
   * The request without the lines of these attributes, for comparing: two requests of the same text have the same value, and the
   * same octets, in every other attribute.
   */
  without(names: readonly string[]): string {
    const text = this.#text;
    const cuts: number[] = [];
    for (const name of names) {
      const value = this.#valueOf(name);
      if (value !== undefined) cuts.push(value - name.length - 1);
    }
    cuts.sort((one, other) => one - other);
    let rest = this.#utf8 ? "" : "latin1\n";
    let from = 0;
    for (const at of cuts) {
      rest += text.slice(from, at);
      from = text.indexOf("\n", at) + 1;
    }
    return rest + text.slice(from);
  }

  #find(name: string): string | undefined {
    const value = this.#valueOf(name);
    return value === undefined ? undefined : this.#text.slice(value, this.#text.indexOf("\n", value));
  }

  /** Where the value of the first line of an attribute begins. */
  #valueOf(name: string): number | undefined {
    const place = this.#places === undefined ? undefined : placeOf(this.#places, name);
    if (place === undefined) return this.#search(name);
    return place === ABSENT ? undefined : place;
  }

  #search(name: string): number | undefined {
    const text = this.#text;
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      const value = at + name.length + 1;
      if (text.charCodeAt(value - 1) === 0x3d && (at === 0 || text.charCodeAt(at - 1) === 0x0a)) return value;
    }
    return undefined;
  }
}
