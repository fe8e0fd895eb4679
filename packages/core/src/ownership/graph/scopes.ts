/** The number of the scope that covers every domain. */
const EVERYWHERE = 0;

/**
 * The scopes that cover a domain: what a question about an address at it may rest on. Two domains with one key see the same.
 */
export interface Sight {
  readonly key: string;
  readonly scopes: readonly number[];
}

const UNSCOPED: Sight = { key: "", scopes: [] };

/** Whether a statement of this scope counts. */
export function sees(sight: Sight, scope: number): boolean {
  return scope === EVERYWHERE || sight.scopes.includes(scope);
}

/** Whether a scope lets a statement reach a domain: one that it lists, and, where it lists `*.parent`, the parent and all below. */
export function scopeCovers(scope: readonly string[] | undefined, domain: string): boolean {
  return scope === undefined || scope.some((part) => coverings(domain).includes(part));
}

/** What a scope may list to cover a domain. */
function coverings(domain: string): readonly string[] {
  const parts = [domain, `*.${domain}`];
  for (let dot = domain.indexOf("."); dot >= 0; dot = domain.indexOf(".", dot + 1)) {
    parts.push(`*.${domain.slice(dot + 1)}`);
  }
  return parts;
}

/** Numbers scopes, and finds those that cover a domain without looking at the others. */
export class Scopes {
  readonly #known = new Map<readonly string[], number>();
  readonly #numbers = new Map<string, number>();
  readonly #covering = new Map<string, number[]>();

  number(scope: readonly string[] | undefined): number {
    if (scope === undefined) return EVERYWHERE;
    const known = this.#known.get(scope);
    if (known !== undefined) return known;
    const parts = [...new Set(scope)].sort();
    const text = parts.join(" ");
    const number = this.#numbers.get(text) ?? this.#numbers.size + 1;
    if (!this.#numbers.has(text)) {
      this.#numbers.set(text, number);
      for (const part of parts) this.#covering.set(part, [...(this.#covering.get(part) ?? []), number]);
    }
    this.#known.set(scope, number);
    return number;
  }

  sight(domain: string): Sight {
    if (this.#covering.size === 0) return UNSCOPED;
    const scopes = new Set<number>();
    for (const part of coverings(domain)) {
      for (const number of this.#covering.get(part) ?? []) scopes.add(number);
    }
    if (scopes.size === 0) return UNSCOPED;
    const sorted = [...scopes].sort((a, b) => a - b);
    return { key: sorted.join(" "), scopes: sorted };
  }

  /** The domains listed in scopes that are below this one: `mail.example.com`, `*.dev.example.com`. */
  below(domain: string): readonly string[] {
    return [...this.#covering.keys()].filter((part) => part.endsWith(`.${domain}`) && part !== `*.${domain}`);
  }
}
