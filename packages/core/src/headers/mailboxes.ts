import { type Domain, NO_DOMAIN, parseDomain } from "../domain/domain.js";
import type { OriginatorLimits } from "./limits.js";
import type { ListFault, Mailbox, MailboxList } from "./mailbox-list.js";
import { nameReadings } from "./name-readings.js";
import { readPlainMailboxes } from "./plain-mailboxes.js";
import { commentReadings, type PlacedText, quotedReadings, type Token, tokenise } from "./tokens.js";

/**
 * Reads the whole of an unfolded value as a list of mailboxes and groups. `folds` are its characters before which a fold was.
 *
 * Obsolete forms are read to be judged: each is a fault beside the mailbox that it yields. Nothing is decoded. An item of one
 * atom, dotted atom or quoted string is an address without a domain.
 *
 * @see RFC 5322 sections 3.4 and 4.4, RFC 6854, RFC 6532
 */
export function parseMailboxes(text: string, limits: OriginatorLimits, folds: readonly number[] = []): MailboxList {
  // A fold makes other readings of what is quoted.
  const plain = folds.length === 0 ? readPlainMailboxes(text, limits.maxMailboxes) : undefined;
  return plain ?? parseByGrammar(text, limits, folds);
}

/** {@link parseMailboxes}, be the value as plain as it may. */
export function parseByGrammar(text: string, limits: OriginatorLimits, folds: readonly number[]): MailboxList {
  const parser = new ListParser(text, limits, folds);
  parser.parse();
  return parser;
}

type LocalPart = { readonly text: string; readonly start: number };

class ListParser implements MailboxList {
  readonly mailboxes: Mailbox[] = [];
  readonly names: PlacedText[];
  readonly faults: { readonly kind: ListFault; readonly at: number }[] = [];
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #limits: OriginatorLimits;
  #at = 0;
  #failed = false;

  constructor(text: string, limits: OriginatorLimits, folds: readonly number[]) {
    const { tokens, comments, fault } = tokenise(text, limits.maxNesting);
    this.#text = text;
    this.#tokens = tokens;
    this.#limits = limits;
    this.names = [...comments, ...commentReadings(text, comments, folds), ...quotedReadings(text, tokens, folds)];
    if (fault !== undefined) this.#note(fault.kind === "too-deep" ? "limit" : "malformed", fault.at);
  }

  parse(): void {
    let group: { readonly at: number; readonly before: number } | undefined;
    let wantsItem = true;
    let afterComma = false;
    while (!this.#failed) {
      const token = this.#tokens[this.#at];
      if (token === undefined) {
        if (group !== undefined) this.#note("malformed", this.#text.length);
        else if (afterComma) this.#note("empty-element", this.#text.length);
        return;
      }
      if (is(token, ",")) {
        if (wantsItem) this.#note("empty-element", token.start);
        wantsItem = true;
        afterComma = true;
        this.#at++;
      } else if (is(token, ";") && group !== undefined) {
        if (afterComma) this.#note("empty-element", token.start);
        this.#note(this.mailboxes.length > group.before ? "group" : "empty-group", group.at);
        group = undefined;
        wantsItem = false;
        afterComma = false;
        this.#at++;
      } else if (!wantsItem) {
        this.#fail("malformed", token.start);
      } else if (this.#item(group === undefined)) {
        group = { at: token.start, before: this.mailboxes.length };
        afterComma = false;
      } else {
        wantsItem = false;
        afterComma = false;
      }
    }
  }

  /** One mailbox, or the name of a group with its colon: then true. */
  #item(mayOpenGroup: boolean): boolean {
    const from = this.#at;
    this.#words();
    const next = this.#tokens[this.#at];
    const start = this.#tokens[from]!.start;
    const isPhrase = this.#at > from && !is(this.#tokens[from], ".");
    if (is(next, "<")) {
      if (this.#at > from && !isPhrase) this.#fail("malformed", start);
      this.#name(from);
      this.#angle();
    } else if (is(next, "@")) {
      this.#addrSpec(from);
    } else if (is(next, ":") && isPhrase && mayOpenGroup) {
      this.#name(from);
      this.#at++;
      return true;
    } else if (next !== undefined && !is(next, ",") && !is(next, ";")) {
      this.#fail("malformed", next.start);
    } else {
      this.#bare(from);
    }
    return false;
  }

  /** An item without angle and at sign: an address without a domain, or a name that names nobody. */
  #bare(from: number): void {
    const local = this.#localPart(from);
    if (local === undefined || this.#spaced(from))
      this.#fail("malformed", this.#tokens[from]?.start ?? this.#text.length);
    else this.#add(local, NO_DOMAIN);
  }

  #angle(): void {
    const open = this.#tokens[this.#at++]!;
    if (is(this.#tokens[this.#at], ">")) {
      this.#note("null-address", open.start);
      this.#at++;
      return;
    }
    if ((is(this.#tokens[this.#at], "@") || is(this.#tokens[this.#at], ",")) && !this.#route(open.start)) return;
    const from = this.#at;
    this.#words();
    if (is(this.#tokens[this.#at], "@")) {
      if (!this.#addrSpec(from)) return;
    } else {
      const local = this.#localPart(from);
      if (local === undefined) {
        this.#fail("malformed", open.start);
        return;
      }
      this.#add(local, NO_DOMAIN);
    }
    const close = this.#tokens[this.#at++];
    if (!is(close, ">")) this.#fail("malformed", close?.start ?? this.#text.length);
  }

  /** `@a.example,@b.example:` before an address (RFC 5322 section 4.4). */
  #route(start: number): boolean {
    this.#note("route", start);
    for (;;) {
      const token = this.#tokens[this.#at++];
      if (is(token, ":")) return true;
      if (is(token, ",")) continue;
      if (!is(token, "@") || this.#domainText() === undefined) {
        this.#fail("malformed", token?.start ?? this.#text.length);
        return false;
      }
    }
  }

  /** The words from `from` to here as a local part, then an at sign and a domain. */
  #addrSpec(from: number): boolean {
    const local = this.#localPart(from);
    const late = this.#lateLocalPart(from);
    const at = this.#tokens[this.#at++]!;
    const first = this.#tokens[this.#at];
    const text = this.#domainText();
    if (local === undefined || text === undefined) {
      this.#fail("malformed", (local === undefined ? this.#tokens[from] : at)?.start ?? at.start);
      return false;
    }
    if (this.#spaced(from)) this.#note("blank-in-address", at.start);
    if (late !== undefined) this.names.push({ text: `${late.text}@${text}`, start: late.start });
    if (hasEncodedWord(text)) this.#note("encoded-word", first?.start ?? at.start);
    this.#add(local, this.#domain(text, first?.start ?? at.start));
    return true;
  }

  #domain(text: string, at: number): Domain {
    const domain = parseDomain(text);
    if (domain.kind === "invalid") this.#note("ambiguous-domain", at);
    if (domain.kind !== "name" || !domain.altered) return domain;
    const plain = parseDomain(
      text
        .replace(/[\u3002\uff0e\uff61]/gu, ".")
        .replace(/\u00ad/gu, "")
        .replace(/\.$/, ""),
    );
    const mended = plain.kind === "name" && !plain.altered;
    this.#note(mended ? "altered-domain" : "ambiguous-domain", at);
    return mended ? plain : domain;
  }

  #domainText(): string | undefined {
    const first = this.#tokens[this.#at];
    if (first?.kind === "literal") {
      this.#at++;
      return first.text;
    }
    let text = "";
    let isWhole = true;
    for (;;) {
      const atom = this.#tokens[this.#at];
      if (atom?.kind !== "atom") return text === "" ? undefined : text;
      const dot = this.#tokens[++this.#at];
      // To some readers a domain ends at its first blank: what stands before it must be none by itself.
      if (isWhole && text !== "" && atom.blank) isWhole = this.#cut(atom, text);
      text += atom.text;
      if (!is(dot, ".")) return text;
      if (isWhole && dot?.blank === true) isWhole = this.#cut(dot, text);
      text += ".";
      this.#at++;
    }
  }

  #cut(token: Token, text: string): false {
    if (/[^.]\.[^.]/.test(text)) this.#note("ambiguous-domain", token.start);
    return false;
  }

  /** Steps over atoms, quoted strings and dots. */
  #words(): void {
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || (token.kind !== "atom" && token.kind !== "quoted" && !is(token, "."))) return;
      this.#at++;
    }
  }

  /** The tokens from `from` to here as words with a dot between each two; undefined where they are not. */
  #localPart(from: number): LocalPart | undefined {
    const count = this.#at - from;
    if (count % 2 === 0) return undefined;
    let text = "";
    for (let index = 0; index < count; index++) {
      const token = this.#tokens[from + index]!;
      if (is(token, ".") !== (index % 2 === 1)) return undefined;
      text += token.text;
    }
    return { text, start: this.#tokens[from]!.start };
  }

  /** To some readers an address begins behind the last blank: the words from there to here; undefined where there is none. */
  #lateLocalPart(from: number): LocalPart | undefined {
    let late = this.#at - 1;
    while (late > from && !this.#tokens[late]!.blank) late--;
    if (late <= from) return undefined;
    const text = this.#tokens.slice(late, this.#at).map((token) => token.text);
    return { text: text.join("").replace(/^\.+/, ""), start: this.#tokens[late]!.start };
  }

  /** Whether a blank stands between two of the tokens from `from` to here. */
  #spaced(from: number): boolean {
    for (let index = from + 1; index < this.#at; index++) if (this.#tokens[index]!.blank) return true;
    return false;
  }

  /** The tokens from `from` to here as a name. */
  #name(from: number): void {
    const words = this.#tokens.slice(from, this.#at);
    for (const text of nameReadings(words, this.#text)) this.names.push({ text, start: words[0]!.start });
  }

  #add(local: LocalPart, domain: Domain): void {
    if (hasEncodedWord(local.text)) this.#note("encoded-word", local.start);
    if (this.mailboxes.length >= this.#limits.maxMailboxes) this.#fail("limit", local.start);
    else this.mailboxes.push({ address: { localPart: local.text, domain }, start: local.start });
  }

  #note(kind: ListFault, at: number): void {
    if (!this.faults.some((fault) => fault.kind === kind)) this.faults.push({ kind, at });
  }

  #fail(kind: "malformed" | "limit", at: number): void {
    this.#note(kind, at);
    this.#failed = true;
  }
}

function is(token: Token | undefined, special: string): boolean {
  return token?.kind === "special" && token.text === special;
}

function hasEncodedWord(text: string): boolean {
  const start = text.indexOf("=?");
  return start >= 0 && /^=\?[^?]*\?[^?]*\?/.test(text.slice(start, start + 200)) && text.includes("?=", start + 2);
}
