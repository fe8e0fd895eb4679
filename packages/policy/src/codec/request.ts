import { isUtf8 } from "node:buffer";

/**
 * One request of Postfix: `name=value` lines.
 *
 * It is kept as one text and searched on demand: a policy reads eight of the thirty attributes.
 */
export class PolicyRequest {
  readonly kind = "request";
  readonly #text: string;
  readonly #utf8: boolean;

  /** Lines, each ended by LF. Octets as latin1 where the whole is not UTF-8. */
  constructor(text: string, utf8: boolean) {
    this.#text = text;
    this.#utf8 = utf8;
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

  #find(name: string): string | undefined {
    const text = this.#text;
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      const equals = at + name.length;
      if (text.charCodeAt(equals) === 0x3d && (at === 0 || text.charCodeAt(at - 1) === 0x0a)) {
        return text.slice(equals + 1, text.indexOf("\n", equals));
      }
    }
    return undefined;
  }
}
