import type { DomainRule } from "../grants.js";
import { normaliseLocalPart, withoutSubaddress } from "../normalise.js";
import { coarse } from "./compile.js";
import type { DomainNodes, Glance, Model, Node, Rule, View } from "./model.js";
import { type Scopes, type Sight, sees } from "./scopes.js";

const NOTHING: View = { rule: undefined, parts: [], only: undefined, wide: [], catchAlls: [] };

/** Views of domains from others that are kept at once; all are dropped when there are more. */
const MAX_VIEWS = 100_000;

/** Whether a statement counts at an instant, as seen from a domain. */
export function isLive(
  { scope, expires }: { readonly scope: number; readonly expires: number },
  sight: Sight,
  instant: number,
): boolean {
  return expires > instant && sees(sight, scope);
}

/** Reads domains by their rules, and finds the nodes that an address falls under. */
export class Views {
  readonly #model: Model;
  readonly #scopes: Scopes;
  readonly #views = new Map<string, View>();
  #season = 0;

  constructor(model: Model, scopes: Scopes) {
    this.#model = model;
    this.#scopes = scopes;
  }

  /** Forgets what time has changed. */
  turn(): void {
    this.#season++;
    this.#views.clear();
  }

  /** A domain as seen from itself. */
  glance(domain: string, instant: number): Glance {
    const nodes = this.#model.domains.get(domain);
    if (nodes?.glance?.season === this.#season) return nodes.glance;
    const sight = this.#scopes.sight(domain);
    const glance = { sight, view: this.#read(domain, sight, instant), season: this.#season };
    if (nodes !== undefined) nodes.glance = glance;
    return glance;
  }

  /** A domain as seen from one that has this sight. */
  view(domain: string, sight: Sight, instant: number): View {
    const own = this.glance(domain, instant);
    if (own.sight.key === sight.key) return own.view;
    const key = `${domain} ${sight.key}`;
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view = this.#read(domain, sight, instant);
    if (this.#views.size >= MAX_VIEWS) this.#views.clear();
    this.#views.set(key, view);
    return view;
  }

  /** The nodes that an address falls under: the address, what it is a subaddress of, wildcards, and the catch-all of what is not delivered. */
  match(view: View, localPart: string, sight: Sight, instant: number): readonly Node[] {
    const { rule, parts, only, wide, catchAlls } = view;
    if (parts.length === 0) return wide;
    const found: Node[] = [];
    const base = withoutSubaddress(localPart, rule?.subaddress);
    const key = coarse(localPart);
    if (only !== undefined) {
      pick(only.get(key), localPart, rule, found);
      if (base !== undefined) pick(only.get(coarse(base)), base, rule, found);
      return found;
    }
    for (const { nodes } of parts) {
      if (nodes === undefined) continue;
      pick(nodes.addresses.get(key), localPart, rule, found);
      if (base !== undefined) pick(nodes.addresses.get(coarse(base)), base, rule, found);
    }
    const isNamed = catchAlls.length > 0 && found.some((node) => isDelivered(node, sight, instant));
    for (const node of wide) found.push(node);
    if (!isNamed) for (const node of catchAlls) found.push(node);
    return found;
  }

  /** Every domain that may be the same as this one in the eyes of some domain. */
  relatives(domain: string): readonly string[] {
    const { domains, hasAliases } = this.#model;
    const found = new Set([domain]);
    if (!hasAliases) return [domain];
    for (const each of found) {
      const nodes = domains.get(each);
      for (const alias of nodes?.aliases ?? []) found.add(alias);
      for (const { statement } of nodes?.rules ?? []) if (statement.aliasOf !== undefined) found.add(statement.aliasOf);
    }
    return [...found];
  }

  #read(domain: string, sight: Sight, instant: number): View {
    const { domains, hasBelow } = this.#model;
    if (!domains.has(domain) && !hasBelow) return NOTHING;
    const ruleOf = (name: string): Rule | undefined =>
      domains.get(name)?.rules.find((rule) => isLive(rule, sight, instant));
    const names = [domain];
    const steps: DomainRule[] = [];
    let next = ruleOf(domain)?.statement;
    while (next?.aliasOf !== undefined && !names.includes(next.aliasOf)) {
      names.push(next.aliasOf);
      steps.push(next);
      next = ruleOf(next.aliasOf)?.statement;
    }
    // Aliases in a circle have no end: the first by name stands for it, from wherever one looks.
    const circle = next?.aliasOf === undefined ? names.slice(-1) : names.slice(names.indexOf(next.aliasOf));
    const [last = domain] = [...circle].sort();
    const chain = steps.slice(0, names.indexOf(last));
    const ways = new Map<string, readonly DomainRule[]>(names.map((name, at) => [name, steps.slice(0, at)]));
    const reached = new Map<string, readonly DomainRule[]>([[last, chain]]);
    for (const [name, via] of reached) {
      if (!ways.has(name)) ways.set(name, via);
      for (const alias of domains.get(name)?.aliases ?? []) {
        const rule = ruleOf(alias)?.statement;
        if (rule?.aliasOf === name && !reached.has(alias)) reached.set(alias, [...via, rule]);
      }
    }
    const parts = [...ways]
      .map(([name, via]) => ({ nodes: domains.get(name), below: hasBelow ? this.#below(name) : [], via }))
      .filter(({ nodes, below }) => below.length > 0 || (nodes !== undefined && hasNodes(nodes)));
    const wide = parts.flatMap(({ nodes, below }) => (nodes?.all === undefined ? below : [nodes.all, ...below]));
    const catchAlls = parts.flatMap(({ nodes }) => nodes?.catchAll ?? []);
    const isPlain = parts.length === 1 && wide.length === 0 && catchAlls.length === 0;
    return {
      rule: ruleOf(last)?.statement,
      parts,
      only: isPlain ? parts[0]?.nodes?.addresses : undefined,
      wide,
      catchAlls,
    };
  }

  #below(domain: string): readonly Node[] {
    const found: Node[] = [];
    for (let dot = domain.indexOf("."); dot >= 0; dot = domain.indexOf(".", dot + 1)) {
      const node = this.#model.domains.get(domain.slice(dot + 1))?.below;
      if (node !== undefined) found.push(node);
    }
    return found;
  }
}

function isDelivered({ edges, forwards }: Node, sight: Sight, instant: number): boolean {
  return (
    edges.some((edge) => edge.receives && isLive(edge, sight, instant)) ||
    forwards.some((forward) => isLive(forward, sight, instant))
  );
}

function hasNodes({ addresses, all, catchAll }: DomainNodes): boolean {
  return addresses.size > 0 || all !== undefined || catchAll !== undefined;
}

/** Adds the nodes that the rule takes for this local part, the one that is written so first. */
function pick(bucket: Node | Node[] | undefined, localPart: string, rule: DomainRule | undefined, found: Node[]): void {
  if (bucket === undefined) return;
  if (!Array.isArray(bucket)) {
    if (isSame(bucket, localPart, rule)) found.push(bucket);
    return;
  }
  const same = bucket.filter((node) => isSame(node, localPart, rule));
  found.push(
    ...same.filter((node) => isWritten(node, localPart)),
    ...same.filter((node) => !isWritten(node, localPart)),
  );
}

function isWritten(node: Node, localPart: string): boolean {
  return node.localPart === localPart;
}

function isSame(node: Node, localPart: string, rule: DomainRule | undefined): boolean {
  return (
    node.localPart === localPart || normaliseLocalPart(node.localPart, rule) === normaliseLocalPart(localPart, rule)
  );
}
