import type { Address } from "../../address/address.js";
import { fold, lowerAscii } from "../../address/fold.js";
import type { Steps } from "../../steps/steps.js";
import type { Delivery, DomainRule, Grant, Grantee, Grants, Membership, Statement, Target } from "../grants.js";
import { type Check, faultOf, StatementCheck } from "./check-statement.js";
import type { DomainNodes, Edge, Forward, Model, Node, Principal, Step } from "./model.js";
import type { Scopes } from "./scopes.js";

/** How logins are compared: as written, A to Z case-blind, or with full Unicode case folding. */
export type LoginCase = "exact" | "ascii" | "fold";

/** What a graph may be made of. */
export interface GraphLimits {
  /** Statements of all kinds. Default 2,000,000. */
  readonly maxStatements?: number;
  /** Groups on a path from a login upwards, where no group is in itself. Default 32. */
  readonly maxNesting?: number;
}

/** Edges of a node from which on they are found by principal, and not one after the other. */
const MANY = 8;

const COARSE = /^[a-z0-9_+-]*$/;

/** A local part in the coarsest form: what no rule may take for equal differs here. */
export function coarse(localPart: string): string {
  if (COARSE.test(localPart)) return localPart;
  const folded = fold(localPart);
  return folded.includes(".") ? folded.replaceAll(".", "") : folded;
}

/** The form in which logins are compared. */
export function loginKey(login: string, loginCase: LoginCase): string {
  if (loginCase === "fold") return fold(login);
  return loginCase === "ascii" ? lowerAscii(login) : login;
}

/** Statements that are indexed in one step. */
const STATEMENTS_A_STEP = 256;

/**
 * Indexes statements, so many in a step.
 *
 * @throws FromguardError `FG_POLICY_INVALID` at the first statement that is none, and where a limit is passed.
 */
export function* compile(
  grants: Grants,
  scopes: Scopes,
  options: GraphLimits & { readonly loginCase: LoginCase },
): Steps<Model> {
  const { maxStatements = 2_000_000, maxNesting = 32, loginCase } = options;
  const index = new Index(scopes, loginCase);
  const check = new StatementCheck();
  let statements = 0;
  const each = function* <S extends Statement>(
    list: keyof Grants,
    given: readonly S[] | undefined,
    checkOne: Check<S>,
    add: (statement: S) => void,
  ): Steps<void> {
    for (const [at, statement] of (given ?? []).entries()) {
      statements++;
      if (statements > maxStatements) {
        throw faultOf(statement, list, at, `more than ${maxStatements} statements (maxStatements)`);
      }
      checkOne(statement, list, at);
      add(statement);
      if (statements % STATEMENTS_A_STEP === 0) yield;
    }
  };
  yield* each("domains", grants.domains, check.domain, (rule) => index.addRule(rule));
  yield* each("memberships", grants.memberships, check.membership, (membership) => index.addMembership(membership));
  yield* each("deliveries", grants.deliveries, check.delivery, (delivery) => index.addDelivery(delivery));
  yield* each("grants", grants.grants, check.grant, (grant) => index.addGrant(grant));
  yield* refuseDeepNesting(grants, index, maxNesting);
  return index;
}

/** A model that grows by statements. */
class Index implements Model {
  readonly domains = new Map<string, DomainNodes>();
  readonly logins = new Map<string, Principal>();
  readonly groups = new Map<string, Principal>();
  readonly principals: Grantee[] = [];
  readonly up = new Map<Principal, Step[]>();
  readonly down = new Map<Principal, Step[]>();
  readonly nodes: Node[] = [];
  readonly turns = new Set<number>();
  hasBelow = false;
  hasAliases = false;
  expires = false;
  readonly #scopes: Scopes;
  readonly #loginCase: LoginCase;

  constructor(scopes: Scopes, loginCase: LoginCase) {
    this.#scopes = scopes;
    this.#loginCase = loginCase;
  }

  addRule(statement: DomainRule): void {
    const { domain, aliasOf } = statement;
    this.#domain(domain).rules.push({ statement, ...this.#limits(statement) });
    this.#turnsAt(statement);
    if (aliasOf === undefined) return;
    this.hasAliases = true;
    const { aliases } = this.#domain(aliasOf);
    if (!aliases.includes(domain)) aliases.push(domain);
  }

  addMembership(statement: Membership): void {
    const member = this.#principal(statement.member);
    const group = this.#principal({ kind: "group", group: statement.group });
    const step: Step = { member, group, statement, ...this.#limits(statement) };
    append(this.up, member, step);
    append(this.down, group, step);
    this.#turnsAt(statement);
  }

  addDelivery(statement: Delivery): void {
    const { target, to, maySend } = statement;
    const node = this.#node(target);
    const { scope, expires } = this.#limits(statement);
    this.#turnsAt(statement);
    if (to.kind === "login") {
      const gives = maySend ? "send-as" : "nothing";
      addEdge(node, { who: this.#principal(to), statement, gives, receives: true, scope, expires });
      return;
    }
    const forward: Forward = { to: to.address, statement, scope, expires };
    if (node.forwards === NONE) node.forwards = [forward];
    else (node.forwards as Forward[]).push(forward);
  }

  addGrant(statement: Grant): void {
    const { target, grantee, right } = statement;
    const node = this.#node(target);
    const { scope, expires } = this.#limits(statement);
    addEdge(node, { who: this.#principal(grantee), statement, gives: right, receives: false, scope, expires });
    if (grantee.kind === "group") node.hasGroups = true;
  }

  #limits({ scope, expires = Number.POSITIVE_INFINITY }: Statement): {
    readonly scope: number;
    readonly expires: number;
  } {
    if (expires !== Number.POSITIVE_INFINITY) this.expires = true;
    return { scope: this.#scopes.number(scope), expires };
  }

  #turnsAt({ expires = Number.POSITIVE_INFINITY }: Statement): void {
    if (expires !== Number.POSITIVE_INFINITY) this.turns.add(expires);
  }

  #principal(grantee: Grantee): Principal {
    const names = grantee.kind === "login" ? this.logins : this.groups;
    const key = grantee.kind === "login" ? loginKey(grantee.login, this.#loginCase) : grantee.group;
    const known = names.get(key);
    if (known !== undefined) return known;
    names.set(key, this.principals.length);
    return this.principals.push(grantee) - 1;
  }

  #domain(domain: string): DomainNodes {
    const known = this.domains.get(domain);
    if (known !== undefined) return known;
    const made = { domain, addresses: new Map(), rules: [], aliases: [] };
    this.domains.set(domain, made);
    return made;
  }

  #node(target: Target): Node {
    if (target.kind === "address") return this.#addressNode(target);
    const at = this.#domain(target.domain);
    switch (target.kind) {
      case "domain":
        at.all ??= this.#newNode(target);
        return at.all;
      case "subdomains":
        this.hasBelow = true;
        at.below ??= this.#newNode(target);
        return at.below;
      case "catch-all":
        at.catchAll ??= this.#newNode(target);
        return at.catchAll;
    }
  }

  #addressNode(target: Extract<Target, { readonly kind: "address" }>): Node {
    const { localPart, domain } = target.address;
    const { addresses } = this.#domain(domain.ascii);
    const key = coarse(localPart);
    const found = addresses.get(key);
    const bucket = found === undefined || Array.isArray(found) ? found : [found];
    const same = bucket?.find((node) => node.localPart === localPart);
    if (same !== undefined) return same;
    const made = this.#newNode(target, target.address);
    addresses.set(key, bucket === undefined ? made : [...bucket, made]);
    return made;
  }

  #newNode(target: Target, address?: Address): Node {
    const localPart = address?.localPart ?? "";
    const node: Node = { target, address, localPart, edges: NO_EDGES, hasGroups: false, forwards: NONE };
    this.nodes.push(node);
    return node;
  }
}

const NONE: readonly Forward[] = [];
const NO_EDGES: readonly Edge[] = [];

function addEdge(node: Node, edge: Edge): void {
  // Most nodes have one; a list that grows has room for many.
  if (node.edges === NO_EDGES) node.edges = [edge];
  else (node.edges as Edge[]).push(edge);
  if (node.byPrincipal !== undefined) append(node.byPrincipal, edge.who, edge);
  else if (node.edges.length > MANY) {
    node.byPrincipal = new Map();
    for (const each of node.edges) append(node.byPrincipal, each.who, each);
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Counts groups upwards from those without groups in them; a group that has a cycle below it is not counted. */
function* refuseDeepNesting(
  { memberships = [] }: Grants,
  { up, down }: Pick<Model, "up" | "down">,
  maxNesting: number,
): Steps<void> {
  const waiting = new Map<Principal, { inner: number; depth: number }>();
  const ready: Principal[] = [];
  for (const [group, steps] of down) {
    const inner = steps.filter(({ member }) => down.has(member)).length;
    waiting.set(group, { inner, depth: 1 });
    if (inner === 0) ready.push(group);
    if (waiting.size % STATEMENTS_A_STEP === 0) yield;
  }
  let counted = 0;
  for (let group = ready.pop(); group !== undefined; group = ready.pop()) {
    const depth = waiting.get(group)?.depth ?? 1;
    for (const step of up.get(group) ?? []) {
      const outer = waiting.get(step.group);
      if (outer === undefined) continue;
      if (depth >= maxNesting) {
        const what = `groups are nested deeper than ${maxNesting} (maxNesting)`;
        throw faultOf(step.statement, "memberships", memberships.indexOf(step.statement), what);
      }
      outer.depth = Math.max(outer.depth, depth + 1);
      outer.inner--;
      if (outer.inner === 0) ready.push(step.group);
    }
    if (++counted % STATEMENTS_A_STEP === 0) yield;
  }
}
