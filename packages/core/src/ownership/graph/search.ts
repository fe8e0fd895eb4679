import type { Members } from "./members.js";
import type { Edge, Forward, Model, Node, Principal, View } from "./model.js";
import type { Sight } from "./scopes.js";
import { isLive, type Views } from "./views.js";

/** One address part by part, as seen at an instant. */
export interface Spot {
  readonly localPart: string;
  readonly domain: string;
  readonly sight: Sight;
  readonly view: View;
  readonly instant: number;
}

/** One way from a principal to an address. */
export interface Find {
  /** The node that the address fell under. */
  readonly node: Node;
  /** What ends the way: a grant, or a delivery to a login. */
  readonly edge: Edge;
  /** The last of the deliveries between the two. */
  readonly trail: Trail | undefined;
}

/** Deliveries from one address to the next. */
export interface Trail {
  readonly to: Node;
  readonly forward: Forward;
  readonly before: Trail | undefined;
}

/** What is known of a principal and an address. */
export interface Outcome {
  readonly find: Find | undefined;
  /** Whether any statement gives or delivers the address to anybody. */
  readonly isNamed: boolean;
}

/** Addresses reached by deliveries from which on the receivers of a list are kept. */
const LONG_LIST = 32;

/** Receivers of long lists kept at once; all are dropped when there are more. */
const MAX_KEPT = 1_000_000;

/** Finds ways through the statements. */
export class Search {
  readonly #model: Model;
  readonly #views: Views;
  readonly #members: Members;
  readonly #receivers = new Map<Node, { readonly key: string; readonly finds: ReadonlyMap<Principal, Find> }>();
  #kept = 0;

  constructor(model: Model, views: Views, members: Members) {
    this.#model = model;
    this.#views = views;
    this.#members = members;
  }

  spot(localPart: string, domain: string, instant: number): Spot {
    const { sight, view } = this.#views.glance(domain, instant);
    return { localPart, domain, sight, view, instant };
  }

  nodes({ view, localPart, sight, instant }: Spot): readonly Node[] {
    return this.#views.match(view, localPart, sight, instant);
  }

  /**
   * The best way: to send as before on behalf, and to a node that is written as the address, or to a wildcard, before one that
   * is written otherwise.
   */
  judge(principal: Principal | undefined, spot: Spot, nodes: readonly Node[] = this.nodes(spot)): Outcome {
    const { localPart } = spot;
    let best: Find | undefined;
    let isNamed = false;
    let hasForwards = false;
    for (const node of nodes) {
      hasForwards ||= node.forwards.length > 0;
      const edge = principal === undefined ? undefined : this.#bestEdge(node, principal, spot);
      if (edge !== undefined && (best === undefined || isBetter(edge, best.edge))) {
        best = { node, edge, trail: undefined };
        if (edge.gives === "send-as" && isAsWritten(node, localPart)) return { find: best, isNamed: true };
      }
      isNamed ||= edge !== undefined || isNamedBy(node.edges, spot) || isNamedBy(node.forwards, spot);
    }
    if (!hasForwards || principal === undefined) return { find: best, isNamed };
    for (const node of nodes) {
      const find = this.#receipt(node, principal, spot);
      if (find === undefined) continue;
      if (best?.edge.gives !== "send-as" || isAsWritten(node, localPart)) best = find;
    }
    return { find: best, isNamed };
  }

  /** Forgets what time has changed. */
  turn(): void {
    this.#receivers.clear();
    this.#kept = 0;
  }

  /** How a login receives what comes to a node through other addresses; of a long list, its receivers are kept. */
  #receipt(node: Node, principal: Principal, spot: Spot): Find | undefined {
    if (node.forwards.length === 0) return undefined;
    const known = this.#receivers.get(node);
    if (known !== undefined && known.key === spot.sight.key) return known.finds.get(principal);
    let found: Find | undefined;
    let visited = 0;
    this.#follow(node, spot, (trail) => {
      visited++;
      const edge = receiving(trail.to, principal, spot);
      if (edge !== undefined) found = { node, edge, trail };
      return edge !== undefined || visited > LONG_LIST;
    });
    return visited > LONG_LIST ? this.#keep(node, spot).get(principal) : found;
  }

  #keep(node: Node, spot: Spot): ReadonlyMap<Principal, Find> {
    const finds = new Map(this.deliveries([node], spot).map((find) => [find.edge.who, find]));
    if (this.#kept > MAX_KEPT) this.turn();
    this.#kept += finds.size;
    this.#receivers.set(node, { key: spot.sight.key, finds });
    return finds;
  }

  /** The login's own edge where it lets it send, else the strongest of the login and its groups. */
  #bestEdge(node: Node, principal: Principal, spot: Spot): Edge | undefined {
    let best: Edge | undefined;
    for (const edge of edgesTo(node, principal)) if (edge.who === principal) best = stronger(best, edge, spot);
    if (best?.gives === "send-as" || !node.hasGroups) return best;
    return strongestOf(node, this.#members.circle(principal, spot.sight, spot.instant), spot);
  }

  /** Every way through deliveries from these nodes to a login, each of which lets the receiver send. */
  deliveries(nodes: readonly Node[], spot: Spot): readonly Find[] {
    const finds: Find[] = [];
    for (const node of nodes) {
      this.#follow(node, spot, (trail) => {
        for (const edge of trail.to.edges) {
          if (isReceiving(edge) && isLive(edge, spot.sight, spot.instant)) finds.push({ node, edge, trail });
        }
        return false;
      });
    }
    return finds;
  }

  /** Visits what is reached from a node through deliveries whose receivers may send, each node once, until told to stop. */
  #follow(node: Node, { sight, instant }: Spot, visit: (trail: Trail) => boolean): void {
    if (node.forwards.length === 0) return;
    const seen = new Set([node]);
    const open: Trail[] = [];
    let from = node;
    for (let before: Trail | undefined; ; ) {
      for (const forward of from.forwards) {
        if (!forward.statement.maySend || !isLive(forward, sight, instant)) continue;
        const { localPart, domain } = forward.to;
        const view = this.#views.view(domain.ascii, sight, instant);
        for (const to of this.#views.match(view, localPart, sight, instant)) {
          const trail = { to, forward, before };
          if (to.forwards.length === 0) {
            if (visit(trail)) return;
          } else if (!seen.has(to)) {
            seen.add(to);
            if (visit(trail)) return;
            open.push(trail);
          }
        }
      }
      before = open.pop();
      if (before === undefined) return;
      from = before.to;
    }
  }

  /** The login or group of a number. */
  nameOf(principal: Principal): string {
    const grantee = this.#model.principals[principal];
    if (grantee === undefined) return "";
    return grantee.kind === "login" ? grantee.login : grantee.group;
  }
}

function isNamedBy(ways: readonly (Edge | Forward)[], { sight, instant }: Spot): boolean {
  for (const way of ways) if (isLive(way, sight, instant)) return true;
  return false;
}

/** All edges where there are few, else those of one principal. */
function edgesTo({ edges, byPrincipal }: Node, principal: Principal): readonly Edge[] {
  return byPrincipal === undefined ? edges : (byPrincipal.get(principal) ?? []);
}

/** The delivery to a login that lets it send. */
function receiving(node: Node, principal: Principal, { sight, instant }: Spot): Edge | undefined {
  for (const edge of edgesTo(node, principal)) {
    if (edge.who === principal && isReceiving(edge) && isLive(edge, sight, instant)) return edge;
  }
  return undefined;
}

function isReceiving({ receives, gives }: Edge): boolean {
  return receives && gives === "send-as";
}

function isBetter(edge: Edge, than: Edge): boolean {
  return edge.gives === "send-as" && than.gives !== "send-as";
}

function isAsWritten(node: Node, localPart: string): boolean {
  return localPart.startsWith(node.localPart);
}

/** The strongest edge to anybody of the circle; whichever of the two is shorter is walked. */
function strongestOf({ edges, byPrincipal }: Node, circle: ReadonlySet<Principal>, spot: Spot): Edge | undefined {
  let best: Edge | undefined;
  if (byPrincipal === undefined || circle.size >= edges.length) {
    for (const edge of edges) if (circle.has(edge.who)) best = stronger(best, edge, spot);
  } else {
    for (const each of circle) for (const edge of byPrincipal.get(each) ?? []) best = stronger(best, edge, spot);
  }
  return best;
}

function stronger(best: Edge | undefined, edge: Edge, { sight, instant }: Spot): Edge | undefined {
  if (best?.gives === "send-as" || edge.gives === "nothing" || !isLive(edge, sight, instant)) return best;
  return best === undefined || edge.gives === "send-as" ? edge : best;
}
