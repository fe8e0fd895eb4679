import type { Right } from "../grants.js";
import type { Members } from "./members.js";
import type { Model, Node, Principal } from "./model.js";
import type { Scopes } from "./scopes.js";
import type { Find, Search, Spot } from "./search.js";
import { isLive, type Views } from "./views.js";

/** A holding before it is put into words. */
export interface Held {
  readonly principal: Principal;
  /** As asked for or listed: an address, or a pattern. */
  readonly address: string;
  /** An address, and not a pattern. */
  readonly isAddress: boolean;
  readonly right: Right;
  readonly spot: Spot;
  readonly find: Find;
}

/** Stands for all local parts, and for all labels, that no statement names. */
const ANY = "*";

/** Reads the graph in both directions. */
export class Lister {
  readonly #model: Model;
  readonly #scopes: Scopes;
  readonly #views: Views;
  readonly #members: Members;
  readonly #search: Search;
  #byPrincipal: ReadonlyMap<Principal, readonly Node[]> | undefined;

  constructor(model: Model, scopes: Scopes, views: Views, members: Members, search: Search) {
    this.#model = model;
    this.#scopes = scopes;
    this.#views = views;
    this.#members = members;
    this.#search = search;
  }

  /** Who holds an address, each login once, by its best way. */
  owners(spot: Spot, format: (node: Node) => string): readonly Held[] {
    const { sight, instant } = spot;
    const best = new Map<Principal, Held>();
    const add = (principal: Principal, find: Find): void => {
      const right: Right = find.edge.gives === "send-on-behalf" ? "send-on-behalf" : "send-as";
      const known = best.get(principal);
      if (known !== undefined && (known.right === "send-as" || right === known.right)) return;
      const { node } = find;
      best.set(principal, { principal, address: format(node), isAddress: isAddress(node), right, spot, find });
    };
    const nodes = this.#search.nodes(spot);
    for (const node of nodes) {
      for (const edge of node.edges) {
        if (edge.gives === "nothing" || !isLive(edge, sight, instant)) continue;
        for (const login of this.#members.logins(edge.who, sight, instant))
          add(login, { node, edge, trail: undefined });
      }
    }
    for (const find of this.#search.deliveries(nodes, spot)) add(find.edge.who, find);
    return [...best.values()];
  }

  /** What a login or a group holds. */
  holdings(principal: Principal, instant: number): readonly Held[] {
    const found = new Map<string, Held>();
    for (const node of this.#candidates(principal)) {
      for (const held of this.#holdingsOf(principal, node, instant)) {
        const key = `${held.right} ${held.address}`;
        if (!found.has(key)) found.set(key, held);
      }
    }
    return [...found.values()];
  }

  /** Nodes that may be the principal's, in the eyes of some domain. */
  #candidates(principal: Principal): ReadonlySet<Node> {
    const index = this.#byPrincipal ?? indexByPrincipal(this.#model.nodes);
    this.#byPrincipal = index;
    const found = new Set<Node>();
    for (const each of this.#members.anyCircle(principal)) {
      for (const node of index.get(each) ?? []) found.add(node);
    }
    for (const node of this.#model.nodes) if (node.forwards.length > 0) found.add(node);
    return found;
  }

  *#holdingsOf(principal: Principal, node: Node, instant: number): Generator<Held> {
    const { target } = node;
    switch (target.kind) {
      case "address": {
        const { localPart, domain } = target.address;
        for (const name of this.#views.relatives(domain.ascii)) {
          yield* this.#hold(principal, node, localPart, name, `${localPart}@${name}`, true, instant);
          const { view } = this.#search.spot(localPart, name, instant);
          for (const delimiter of view.rule?.subaddress ?? "") {
            const pattern = `${localPart}${delimiter}*@${name}`;
            yield* this.#hold(principal, node, `${localPart}${delimiter}${ANY}`, name, pattern, false, instant);
          }
        }
        return;
      }
      case "domain":
      case "catch-all":
        for (const name of this.#views.relatives(target.domain)) {
          const pattern = target.kind === "domain" ? `@${name}` : `@${name} (catch-all)`;
          yield* this.#hold(principal, node, ANY, name, pattern, false, instant);
        }
        return;
      case "subdomains":
        for (const [name, pattern] of this.#regions(target.domain)) {
          yield* this.#hold(principal, node, ANY, name, pattern, false, instant);
        }
    }
  }

  /** The domains below one, by one domain of each kind that scopes and aliases may tell apart. */
  #regions(domain: string): ReadonlyMap<string, string> {
    const regions = new Map([[`${ANY}.${domain}`, `@*.${domain}`]]);
    for (const part of this.#scopes.below(domain)) {
      regions.set(part, `@${part}`);
      if (part.startsWith("*.")) regions.set(part.slice(2), `@${part.slice(2)}`);
    }
    if (!this.#model.hasAliases) return regions;
    for (const { domain: name, rules, aliases } of this.#model.domains.values()) {
      if (!name.endsWith(`.${domain}`) || (rules.length === 0 && aliases.length === 0)) continue;
      for (const relative of this.#views.relatives(name)) regions.set(relative, `@${relative}`);
    }
    return regions;
  }

  *#hold(
    principal: Principal,
    node: Node,
    localPart: string,
    domain: string,
    address: string,
    isAddressHeld: boolean,
    instant: number,
  ): Generator<Held> {
    const spot = this.#search.spot(localPart, domain, instant);
    if (!this.#search.nodes(spot).includes(node)) return;
    const { find } = this.#search.judge(principal, spot, [node]);
    if (find === undefined) return;
    const right: Right = find.edge.gives === "send-on-behalf" ? "send-on-behalf" : "send-as";
    yield { principal, address, isAddress: isAddressHeld, right, spot, find };
  }
}

function isAddress({ target }: Node): boolean {
  return target.kind === "address";
}

function indexByPrincipal(nodes: readonly Node[]): ReadonlyMap<Principal, readonly Node[]> {
  const index = new Map<Principal, Node[]>();
  for (const node of nodes) {
    for (const { who } of node.edges) {
      const list = index.get(who);
      if (list === undefined) index.set(who, [node]);
      else if (list.at(-1) !== node) list.push(node);
    }
  }
  return index;
}
