import { type Address, formatAddress } from "../../address/address.js";
import { allSteps, type Steps } from "../../steps/steps.js";
import type { Evidence } from "../../verdict/evidence.js";
import type { Directory, Holding, Listing, Reach, Remedy } from "../directory.js";
import type { Grant, Grants, Membership } from "../grants.js";
import { canonicalDomains, normaliseLocalPart, withoutSubaddress } from "../normalise.js";
import type { Answer } from "../ownership.js";
import { compile, type GraphLimits, type LoginCase, loginKey } from "./compile.js";
import { type Held, Lister } from "./listing.js";
import { Members } from "./members.js";
import type { Forward, Model, Principal } from "./model.js";
import { Scopes } from "./scopes.js";
import { type Find, type Outcome, Search, type Spot, type Trail } from "./search.js";
import { isLive, Views } from "./views.js";
import {
  aliasWords,
  deliveryWords,
  formatTarget,
  grantLine,
  grantWords,
  memberLine,
  membershipWords,
  subaddressWords,
} from "./words.js";

/** Options of {@link ownershipGraph}. */
export interface OwnershipGraphOptions extends GraphLimits {
  /** Shown in evidence and messages: `grants:/etc/fromguard/grants.yaml`. */
  readonly name: string;
  /** Milliseconds since 1970, for statements that expire. Default the clock of the platform. */
  readonly now?: () => number;
  /** How logins are compared, as wholes. Default `fold`, as Postfix compares owners. */
  readonly loginCase?: LoginCase;
}

/** Ownership from statements, which can say what one more would do. */
export interface OwnershipGraph extends Directory {
  readonly ask: (...asked: Parameters<Directory["ask"]>) => readonly Answer[];
  readonly owners: (address: Address) => Listing;
  readonly addresses: (login: string) => Listing;
  /** What would let the login send as the address: the grant of that alone, then each group that may; none where it may. */
  remedies(login: string, address: Address): readonly Remedy[];
  /** What a statement would let in that is not let in now. */
  reach(proposal: Grant | Membership): Reach;
}

/**
 * Ownership as statements make it, compiled once. Every answer is at once and from memory; its cost does not grow with the
 * statements that neither name the address nor the login.
 *
 * An answer at a domain is that of the graph of the statements whose scopes cover the domain. An address is `yes` by a grant or
 * a delivery that names it, its address without subaddress, a wildcard, or the catch-all; by deliveries only where each on the
 * way has `maySend`. It is `no-others-own-it` where any of them names somebody, even one that lets nobody send.
 *
 * Logins are compared as wholes; what of a login counts is told by {@link ownerLogin} before. Domains are compared in the `idna`
 * form; an address whose `postfix` form is at another domain must be owned in both. Domains that are aliases are one domain:
 * who may use an address at one may use it at the other, and the rule of the domain at the end of the aliases is that of all.
 *
 * @throws FromguardError `FG_POLICY_INVALID` with the place of a statement that is none, or that passes a limit.
 */
export function ownershipGraph(grants: Grants, options: OwnershipGraphOptions): OwnershipGraph {
  return allSteps(ownershipGraphSteps(grants, options));
}

/**
 * {@link ownershipGraph} in steps of 256 statements.
 *
 * @throws FromguardError as that does
 */
export function* ownershipGraphSteps(grants: Grants, options: OwnershipGraphOptions): Steps<OwnershipGraph> {
  const scopes = new Scopes();
  const { loginCase = "fold" } = options;
  return new Graph(yield* compile(grants, scopes, { ...options, loginCase }), scopes, options);
}

class Graph implements OwnershipGraph {
  readonly name: string;
  readonly #loginCase: LoginCase;
  readonly #now: () => number;
  readonly #model: Model;
  readonly #views: Views;
  readonly #members: Members;
  readonly #search: Search;
  readonly #lister: Lister;
  /** From when until when no membership, delivery or domain rule expires. */
  #season: readonly [from: number, until: number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  constructor(model: Model, scopes: Scopes, options: OwnershipGraphOptions) {
    const { name, now = Date.now, loginCase = "fold" } = options;
    this.name = name;
    this.#loginCase = loginCase;
    this.#now = now;
    this.#model = model;
    this.#views = new Views(this.#model, scopes);
    this.#members = new Members(this.#model);
    this.#search = new Search(this.#model, this.#views, this.#members);
    this.#lister = new Lister(this.#model, scopes, this.#views, this.#members, this.#search);
  }

  readonly ask: OwnershipGraph["ask"] = (login, questions) => {
    const instant = this.#instant();
    const principal = this.#principal(login);
    return questions.map(({ address }) => this.#answer(login, principal, address, instant));
  };

  readonly owners: OwnershipGraph["owners"] = (address) => {
    const instant = this.#instant();
    const lists = this.#spots(address, instant).map((spot) =>
      this.#lister.owners(spot, ({ target }) => formatTarget(target)),
    );
    const [first = [], ...rest] = lists;
    const inAll = first.flatMap((held) => {
      const others = rest.map((list) => list.find(({ principal }) => principal === held.principal));
      return others.reduce<Held[]>(
        ([sofar], other) => (sofar === undefined || other === undefined ? [] : [weaker(sofar, other)]),
        [held],
      );
    });
    return this.#listing(inAll);
  };

  readonly addresses: OwnershipGraph["addresses"] = (login) => {
    const principal = this.#principal(login);
    return this.#listing(principal === undefined ? [] : this.#lister.holdings(principal, this.#instant()));
  };

  remedies(login: string, address: Address): readonly Remedy[] {
    const instant = this.#instant();
    const principal = this.#principal(login);
    const missing = this.#missing(login, address, instant);
    const line = grantLines(login, missing);
    if (line === undefined) return [];
    const grant: Remedy = { kind: "grant", line, others: { logins: 0, addresses: 0, patterns: [] } };
    const [spot] = missing;
    if (spot === undefined || missing.length > 1) return [grant];
    const groups = this.#search
      .nodes(spot)
      .flatMap(({ edges }) => edges)
      .filter((edge) => edge.gives === "send-as" && this.#isGroup(edge.who) && isLive(edge, spot.sight, instant))
      .map(({ who }) => who);
    const held = new Set(this.#held(principal, instant).map((each) => each.address));
    const joining = [...new Set(groups)].map((group): Remedy => {
      const gained = this.#lister.holdings(group, instant).filter((each) => !held.has(each.address));
      const others = gained.filter(({ address: each }) => each !== formatAddress(address));
      const reach = { logins: 0, ...countOf(others) };
      return { kind: "membership", line: memberLine(login, this.#search.nameOf(group)), others: reach };
    });
    return [grant, ...joining.sort((a, b) => sizeOf(a.others) - sizeOf(b.others))];
  }

  reach(proposal: Grant | Membership): Reach {
    const instant = this.#instant();
    return "grantee" in proposal ? this.#reachOfGrant(proposal, instant) : this.#reachOfMembership(proposal, instant);
  }

  #reachOfGrant({ grantee, target }: Grant, instant: number): Reach {
    const domain = target.kind === "address" ? target.address.domain.ascii : target.domain;
    const logins = this.#logins(grantee, domain, instant);
    if (target.kind !== "address") {
      const named = target.kind === "catch-all" ? 0 : this.#namedAt(target.domain, target.kind === "subdomains");
      return { logins: logins.length, addresses: named, patterns: [formatTarget(target)] };
    }
    const spot = this.#search.spot(target.address.localPart, domain, instant);
    const gaining = logins.filter((login) => !isYes(this.#search.judge(this.#principal(login), spot)));
    return { logins: gaining.length, addresses: gaining.length > 0 ? 1 : 0, patterns: [] };
  }

  #reachOfMembership({ member, group }: Membership, instant: number): Reach {
    const gained = this.#held(this.#model.groups.get(group), instant);
    const addresses = new Set<Held>();
    let logins = 0;
    for (const login of this.#logins(member, undefined, instant)) {
      const held = new Set(this.#held(this.#principal(login), instant).map((each) => each.address));
      const fresh = gained.filter((each) => !held.has(each.address));
      if (fresh.length > 0) logins++;
      for (const each of fresh) addresses.add(each);
    }
    return { logins, ...countOf([...addresses]) };
  }

  /** The logins that a grantee stands for. */
  #logins(grantee: Grant["grantee"], domain: string | undefined, instant: number): readonly string[] {
    if (grantee.kind === "login") return [grantee.login];
    const group = this.#model.groups.get(grantee.group);
    if (group === undefined) return [];
    const { sight } = this.#views.glance(domain ?? "", instant);
    return this.#members.logins(group, sight, instant).map((login) => this.#search.nameOf(login));
  }

  #namedAt(domain: string, below: boolean): number {
    let named = 0;
    for (const [name, { addresses }] of this.#model.domains) {
      if (below ? name.endsWith(`.${domain}`) : name === domain) {
        for (const bucket of addresses.values()) named += Array.isArray(bucket) ? bucket.length : 1;
      }
    }
    return named;
  }

  #held(principal: Principal | undefined, instant: number): readonly Held[] {
    return principal === undefined ? [] : this.#lister.holdings(principal, instant);
  }

  #isGroup(principal: Principal): boolean {
    return this.#model.principals[principal]?.kind === "group";
  }

  /** The canonical forms of an address that a login may not send as; none where nothing could grant them. */
  #missing(login: string, address: Address, instant: number): readonly Spot[] {
    if (login === "" || address.localPart === "") return [];
    const principal = this.#principal(login);
    return this.#spots(address, instant).filter((spot) => !isYes(this.#search.judge(principal, spot)));
  }

  #instant(): number {
    if (!this.#model.expires) return 0;
    const instant = this.#now();
    const [from, until] = this.#season;
    if (instant < from || instant >= until) {
      this.#views.turn();
      this.#members.turn();
      this.#search.turn();
      const turns = [...this.#model.turns];
      this.#season = [
        turns.reduce((last, turn) => (turn <= instant && turn > last ? turn : last), Number.NEGATIVE_INFINITY),
        turns.reduce((next, turn) => (turn > instant && turn < next ? turn : next), Number.POSITIVE_INFINITY),
      ];
    }
    return instant;
  }

  #principal(login: string): Principal | undefined {
    return this.#model.logins.get(loginKey(login, this.#loginCase));
  }

  /** The address in each of its canonical forms. */
  #spots(address: Address, instant: number): readonly Spot[] {
    return canonicalDomains(address).map(({ ascii }) => this.#search.spot(address.localPart, ascii, instant));
  }

  #answer(login: string, principal: Principal | undefined, address: Address, instant: number): Answer {
    const { domain } = address;
    if (domain.text === domain.ascii && domain.kind === "name") {
      const spot = this.#search.spot(address.localPart, domain.ascii, instant);
      return this.#answerOf(login, principal, address, spot, this.#search.judge(principal, spot));
    }
    let weakest: readonly [Spot, Outcome] | undefined;
    for (const spot of this.#spots(address, instant)) {
      const outcome = this.#search.judge(principal, spot);
      if (weakest === undefined || strength(outcome) < strength(weakest[1])) weakest = [spot, outcome];
    }
    if (weakest !== undefined) return this.#answerOf(login, principal, address, ...weakest);
    const detail = "the address has no valid domain";
    return {
      kind: "no-nobody-owns-it",
      evidence: () => ({ login, address: formatAddress(address), source: this.name, detail }),
    };
  }

  #answerOf(
    login: string,
    principal: Principal | undefined,
    address: Address,
    spot: Spot,
    { find, isNamed }: Outcome,
  ): Answer {
    if (find === undefined || principal === undefined) {
      return {
        kind: isNamed ? "no-others-own-it" : "no-nobody-owns-it",
        evidence: () => {
          const remedy = grantLines(login, this.#missing(login, address, this.#instant()));
          const base = { login, address: formatAddress(address), source: this.name };
          return remedy === undefined ? base : { ...base, remedy };
        },
      };
    }
    const evidence = () => ({ login, address: formatAddress(address), ...this.#evidence(principal, spot, find) });
    const as = writtenAs(spot, find);
    return {
      kind: "yes",
      ...(find.edge.gives === "send-on-behalf" ? { requires: "sender-field" as const } : {}),
      ...(as === undefined ? {} : { as }),
      evidence,
    };
  }

  #evidence(principal: Principal, spot: Spot, { node, edge, trail }: Find): Evidence {
    const { origin } = edge.statement;
    const { view, sight, instant, localPart } = spot;
    const { target } = node;
    const domain = target.kind === "address" ? target.address.domain.ascii : target.domain;
    const part = view.parts.find(({ nodes, below }) => nodes?.domain === domain || below.includes(node));
    const isSub =
      target.kind === "address" &&
      view.rule !== undefined &&
      normaliseLocalPart(target.address.localPart, view.rule) !== normaliseLocalPart(localPart, view.rule);
    return {
      source: origin?.source ?? this.name,
      ...(origin?.file === undefined ? {} : { file: origin.file }),
      ...(origin?.line === undefined ? {} : { line: origin.line }),
      key: formatTarget(target),
      path: [
        ...this.#members.way(principal, edge.who, sight, instant).map(membershipWords),
        "grantee" in edge.statement ? grantWords(edge.statement) : deliveryWords(edge.statement),
        ...forwardsOf(trail).map(({ statement }) => deliveryWords(statement)),
        ...(part?.via ?? []).map(aliasWords),
        ...(isSub && view.rule !== undefined ? [subaddressWords(view.rule)] : []),
      ],
    };
  }

  #listing(held: readonly Held[]): Listing {
    const holdings = held.map(
      ({ principal, address, right, spot, find }): Holding => ({
        login: this.#search.nameOf(principal),
        address,
        right,
        evidence: () => ({
          login: this.#search.nameOf(principal),
          address,
          ...this.#evidence(principal, spot, find),
        }),
      }),
    );
    return { holdings: holdings.sort(byName), gaps: [] };
  }
}

function byName(a: Holding, b: Holding): number {
  return compare(a.address, b.address) || compare(a.login, b.login) || compare(a.right, b.right);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** From the login to the address. */
function forwardsOf(trail: Trail | undefined): readonly Forward[] {
  const forwards: Forward[] = [];
  for (let at = trail; at !== undefined; at = at.before) forwards.push(at.forward);
  return forwards;
}

/** A line for each form of the address. */
function grantLines(login: string, spots: readonly Spot[]): string | undefined {
  if (spots.length === 0) return undefined;
  return spots
    .map(({ localPart, domain }) =>
      grantLine(login, { localPart, domain: { kind: "name", ascii: domain, text: domain, altered: false } }),
    )
    .join("\n");
}

function isYes({ find }: Outcome): boolean {
  return find !== undefined && find.edge.gives === "send-as";
}

function strength({ find, isNamed }: Outcome): number {
  if (find === undefined) return isNamed ? 0 : 1;
  return find.edge.gives === "send-on-behalf" ? 2 : 3;
}

function weaker(a: Held, b: Held): Held {
  return b.right === "send-on-behalf" ? b : a;
}

function countOf(held: readonly Held[]): Pick<Reach, "addresses" | "patterns"> {
  return {
    addresses: held.filter(({ isAddress }) => isAddress).length,
    patterns: held.filter(({ isAddress }) => !isAddress).map(({ address }) => address),
  };
}

function sizeOf({ logins, addresses, patterns }: Reach): number {
  return logins + addresses + patterns.length * 1000;
}

/** The address of the statement, with what follows it in a subaddress. */
function writtenAs({ localPart, view }: Spot, { node: { address } }: Find): Address | undefined {
  if (address === undefined || address.localPart === localPart || view.rule?.subaddress === undefined) return address;
  if (normaliseLocalPart(address.localPart, view.rule) === normaliseLocalPart(localPart, view.rule)) return address;
  const base = withoutSubaddress(localPart, view.rule.subaddress) ?? localPart;
  return { ...address, localPart: address.localPart + localPart.slice(base.length) };
}
