import { fold, lowerAscii } from "../../address/fold.js";
import type { Delivery, Grantee, Grants, Statement, Target } from "../grants.js";
import { faultOf, StatementCheck } from "./check-statement.js";
import type { DomainNodes, Edge, Forward, Model, Node, Principal, Rule, Step } from "./model.js";
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

/**
 * Indexes statements.
 *
 * @throws FromguardError `FG_POLICY_INVALID` at the first statement that is none, and where a limit is passed.
 */
export function compile(
  grants: Grants,
  scopes: Scopes,
  options: GraphLimits & { readonly loginCase: LoginCase },
): Model {
  const { maxStatements = 2_000_000, maxNesting = 32, loginCase } = options;
  const check = new StatementCheck();
  const logins = new Map<string, Principal>();
  const groups = new Map<string, Principal>();
  const principals: Grantee[] = [];
  const domains = new Map<string, DomainNodes>();
  const nodes: Node[] = [];
  const turns = new Set<number>();
  const up = new Map<Principal, Step[]>();
  const down = new Map<Principal, Step[]>();
  let statements = 0;
  let expires = false;
  let hasBelow = false;
  let hasAliases = false;

  const principal = (grantee: Grantee): Principal => {
    const [names, key] =
      grantee.kind === "login" ? [logins, loginKey(grantee.login, loginCase)] : [groups, grantee.group];
    const known = names.get(key);
    if (known !== undefined) return known;
    names.set(key, principals.length);
    return principals.push(grantee) - 1;
  };
  const domainNodes = (domain: string): DomainNodes => {
    const known = domains.get(domain);
    if (known !== undefined) return known;
    const made = { domain, addresses: new Map(), rules: [], aliases: [] };
    domains.set(domain, made);
    return made;
  };
  const newNode = (target: Target): Node => {
    const address = target.kind === "address" ? target.address : undefined;
    const localPart = address?.localPart ?? "";
    const node: Node = { target, address, localPart, edges: [], hasGroups: false, forwards: NONE };
    nodes.push(node);
    return node;
  };
  const nodeOf = (target: Target): Node => {
    switch (target.kind) {
      case "address": {
        const { localPart, domain } = target.address;
        const { addresses } = domainNodes(domain.ascii);
        const key = coarse(localPart);
        const found = addresses.get(key);
        const bucket = found === undefined ? [] : Array.isArray(found) ? found : [found];
        const same = bucket.find((node) => node.localPart === localPart);
        if (same !== undefined) return same;
        const made = newNode(target);
        addresses.set(key, found === undefined ? made : [...bucket, made]);
        return made;
      }
      case "domain": {
        const at = domainNodes(target.domain);
        at.all ??= newNode(target);
        return at.all;
      }
      case "subdomains": {
        const at = domainNodes(target.domain);
        at.below ??= newNode(target);
        hasBelow = true;
        return at.below;
      }
      case "catch-all": {
        const at = domainNodes(target.domain);
        at.catchAll ??= newNode(target);
        return at.catchAll;
      }
    }
  };
  const numbers = (statement: Statement, turnsGraph: boolean): { readonly scope: number; readonly expires: number } => {
    const at = statement.expires ?? Number.POSITIVE_INFINITY;
    if (at !== Number.POSITIVE_INFINITY) {
      expires = true;
      if (turnsGraph) turns.add(at);
    }
    return { scope: scopes.number(statement.scope), expires: at };
  };
  const count = (statement: Statement, list: string, index: number): void => {
    statements++;
    if (statements <= maxStatements) return;
    throw faultOf(statement, list, index, `more than ${maxStatements} statements (maxStatements)`);
  };

  for (const [index, statement] of (grants.domains ?? []).entries()) {
    count(statement, "domains", index);
    check.domain(statement, "domains", index);
    const rule: Rule = { statement, ...numbers(statement, true) };
    domainNodes(statement.domain).rules.push(rule);
    if (statement.aliasOf !== undefined) {
      hasAliases = true;
      const { aliases } = domainNodes(statement.aliasOf);
      if (!aliases.includes(statement.domain)) aliases.push(statement.domain);
    }
  }
  for (const [index, statement] of (grants.memberships ?? []).entries()) {
    count(statement, "memberships", index);
    check.membership(statement, "memberships", index);
    const step: Step = {
      member: principal(statement.member),
      group: principal({ kind: "group", group: statement.group }),
      statement,
      ...numbers(statement, true),
    };
    append(up, step.member, step);
    append(down, step.group, step);
  }
  for (const [index, statement] of (grants.deliveries ?? []).entries()) {
    count(statement, "deliveries", index);
    check.delivery(statement, "deliveries", index);
    addDelivery(nodeOf(statement.target), statement);
  }
  for (const [index, statement] of (grants.grants ?? []).entries()) {
    count(statement, "grants", index);
    check.grant(statement, "grants", index);
    const { scope, expires: until } = numbers(statement, false);
    const node = nodeOf(statement.target);
    node.hasGroups ||= statement.grantee.kind === "group";
    addEdge(node, {
      who: principal(statement.grantee),
      statement,
      gives: statement.right,
      receives: false,
      scope,
      expires: until,
    });
  }
  refuseDeepNesting(grants, { up, down }, maxNesting);
  return {
    domains,
    logins,
    groups,
    principals,
    up,
    down,
    nodes,
    hasBelow,
    hasAliases,
    turns: [...turns].sort((a, b) => a - b),
    expires,
  };

  function addDelivery(node: Node, statement: Delivery): void {
    const { to, maySend } = statement;
    const { scope, expires: until } = numbers(statement, to.kind === "address");
    if (to.kind === "address") {
      const forward: Forward = { to: to.address, statement, scope, expires: until };
      if (node.forwards === NONE) node.forwards = [forward];
      else (node.forwards as Forward[]).push(forward);
      return;
    }
    const gives = maySend ? "send-as" : "nothing";
    addEdge(node, { who: principal(to), statement, gives, receives: true, scope, expires: until });
  }
}

const NONE: readonly Forward[] = [];

function addEdge(node: Node, edge: Edge): void {
  node.edges.push(edge);
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
function refuseDeepNesting(
  { memberships = [] }: Grants,
  { up, down }: Pick<Model, "up" | "down">,
  maxNesting: number,
): void {
  const waiting = new Map<Principal, { inner: number; depth: number }>();
  const ready: Principal[] = [];
  for (const [group, steps] of down) {
    const inner = steps.filter(({ member }) => down.has(member)).length;
    waiting.set(group, { inner, depth: 1 });
    if (inner === 0) ready.push(group);
  }
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
  }
}
