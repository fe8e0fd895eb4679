import type { Token } from "./tokens.js";

/**
 * The tokens of an address that is taken apart: tokens go at both ends, and an operator that is not there is not searched for, so
 * that an address of a thousand domains within each other costs no more than its length.
 */
export class TokenList {
  readonly #tokens: Token[] = [];
  readonly #counts = new Map<Token["kind"], number>();
  #start = 0;
  #joined = 0;

  constructor(tokens: readonly Token[]) {
    this.push(tokens);
  }

  get length(): number {
    return this.#tokens.length - this.#start;
  }

  /** Negative from the end. Every look at a token is one call. */
  at(index: number): Token | undefined {
    return index < -this.length
      ? undefined
      : this.#tokens[index < 0 ? this.#tokens.length + index : this.#start + index];
  }

  has(kind: Token["kind"]): boolean {
    return (this.#counts.get(kind) ?? 0) > 0;
  }

  /** The first of a kind; -1 where none is. */
  indexOf(kind: Token["kind"]): number {
    if (!this.has(kind)) return -1;
    let at = 0;
    while (this.at(at)?.kind !== kind) at++;
    return at;
  }

  /** The last of a kind; -1 where none is. */
  lastIndexOf(kind: Token["kind"]): number {
    if (!this.has(kind)) return -1;
    let at = this.length - 1;
    while (this.at(at)?.kind !== kind) at--;
    return at;
  }

  push(tokens: readonly Token[]): void {
    for (const token of tokens) {
      this.#tokens.push(token);
      this.#count(token, 1);
    }
  }

  /** Takes the first tokens away. */
  takeFirst(count: number): readonly Token[] {
    const taken: Token[] = [];
    for (; taken.length < count; this.#start++) taken.push(this.at(0) as Token);
    for (const token of taken) this.#count(token, -1);
    return taken;
  }

  /** Takes the tokens from one on away. */
  takeFrom(index: number): readonly Token[] {
    const taken = this.#tokens.splice(this.#start + index);
    for (const token of taken) this.#count(token, -1);
    return taken;
  }

  /** Puts a token in the place of the last one of a kind that is there. */
  replaceLast(kind: Token["kind"], change: (token: Token) => Token): void {
    const at = this.lastIndexOf(kind);
    const token = this.at(at) as Token;
    const changed = change(token);
    this.#tokens[this.#start + at] = changed;
    this.#count(token, -1);
    this.#count(changed, 1);
  }

  /** Makes all tokens joined, or none. */
  join(joined: boolean): void {
    if (this.#joined === (joined ? this.length : 0)) return;
    this.push(this.takeFrom(0).map((token) => ({ ...token, joined })));
  }

  /** All of them, in order. */
  all(): readonly Token[] {
    return this.#tokens.slice(this.#start);
  }

  #count({ kind, joined }: Token, change: number): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + change);
    if (joined) this.#joined += change;
  }
}
