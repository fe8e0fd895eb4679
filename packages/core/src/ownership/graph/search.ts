import type { Members } from "./members.js";
import type { Edge, Forward, Model, Node, Principal } from "./model.js";
import type { Sight } from "./scopes.js";
import { isLive, type View, type Views } from "./views.js";

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
  /** Deliveries between the two. */
  readonly forwards: readonly Forward[];
}

/** What is known of a principal and an address. */
export interface Outcome {
  readonly find: Find | undefined;
  /** Whether any statement gives or delivers the address to anybody. */
  readonly isNamed: boolean;
}

/** Finds ways through the statements. */
export class Search {
  readonly #model: Model;
  readonly #views: Views;
  readonly #members: Members;

  constructor(model: Model, views: Views, members: Members) {
    this.#model = model;
    this.#views = views;
    this.#members = members;
  }

  spot(localPart: string, domain: string, instant: number): Spot {
    const sight = this.#views.sight(domain);
    return { localPart, domain, sight, view: this.#views.view(domain, sight, instant), instant };
  }

  nodes({ view, localPart, sight, instant }: Spot): readonly Node[] {
    return this.#views.match(view, localPart, sight, instant);
  }

  /**
   * The best way: to send as before on behalf, and to a node that is written as the address, or to a wildcard, before one that
   * is written otherwise.
   */
  judge(principal: Principal | undefined, spot: Spot, nodes: readonly Node[] = this.nodes(spot)): Outcome {
    const { sight, instant, localPart } = spot;
    const circle = this.#members.circle(principal, sight, instant);
    let best: Find | undefined;
    let isNamed = false;
    for (const node of nodes) {
      const edge = circle.size === 0 ? undefined : bestEdge(node, circle, spot);
      if (edge !== undefined && (best === undefined || isBetter(edge, best.edge))) {
        best = { node, edge, forwards: [] };
        if (edge.gives === "send-as" && isAsWritten(node, localPart)) return { find: best, isNamed: true };
      }
      isNamed ||= edge !== undefined || node.edges.some((each) => isLive(each, sight, instant));
      isNamed ||= node.forwards.some((each) => isLive(each, sight, instant));
    }
    if (principal !== undefined && nodes.some(({ forwards }) => forwards.length > 0)) {
      for (const find of this.deliveries(nodes, spot, principal)) {
        if (best === undefined || best.edge.gives !== "send-as" || isAsWritten(find.node, localPart)) best = find;
        if (isAsWritten(best.node, localPart)) break;
      }
    }
    return { find: best, isNamed };
  }

  /** Every way through deliveries from these nodes to a login, or to one login, each of which lets the receiver send. */
  *deliveries(nodes: readonly Node[], spot: Spot, principal?: Principal): Generator<Find> {
    const { sight, instant } = spot;
    for (const node of nodes) {
      const seen = new Set<Node>([node]);
      const open = [{ node, forwards: [] as readonly Forward[] }];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const { forwards } = next;
        if (forwards.length > 0) {
          for (const edge of edgesOf(next.node, principal)) {
            if (edge.receives && edge.gives === "send-as" && isLive(edge, sight, instant)) {
              yield { node, edge, forwards };
            }
          }
        }
        for (const forward of next.node.forwards) {
          if (!forward.statement.maySend || !isLive(forward, sight, instant)) continue;
          const { localPart, domain } = forward.to;
          const view = this.#views.view(domain.ascii, sight, instant);
          for (const to of this.#views.match(view, localPart, sight, instant)) {
            if (seen.has(to)) continue;
            seen.add(to);
            open.push({ node: to, forwards: [...forwards, forward] });
          }
        }
      }
    }
  }

  /** The login or group of a number. */
  nameOf(principal: Principal): string {
    const grantee = this.#model.principals[principal];
    if (grantee === undefined) return "";
    return grantee.kind === "login" ? grantee.login : grantee.group;
  }
}

function edgesOf(node: Node, principal: Principal | undefined): readonly Edge[] {
  if (principal === undefined) return node.edges;
  if (node.byPrincipal !== undefined) return node.byPrincipal.get(principal) ?? [];
  return node.edges.filter(({ who }) => who === principal);
}

function isBetter(edge: Edge, than: Edge): boolean {
  return edge.gives === "send-as" && than.gives !== "send-as";
}

function isAsWritten({ target }: Node, localPart: string): boolean {
  return target.kind !== "address" || localPart.startsWith(target.address.localPart);
}

/** The strongest edge of a node to anybody of the circle; whichever of the two is shorter is walked. */
function bestEdge(node: Node, circle: ReadonlySet<Principal>, spot: Spot): Edge | undefined {
  const { edges, byPrincipal } = node;
  if (byPrincipal === undefined || circle.size >= edges.length) {
    return strongest(edges, spot, (edge) => circle.has(edge.who));
  }
  let best: Edge | undefined;
  for (const principal of circle) {
    const edge = strongest(byPrincipal.get(principal) ?? [], spot);
    if (edge?.gives === "send-as") return edge;
    best ??= edge;
  }
  return best;
}

function strongest(
  edges: readonly Edge[],
  { sight, instant }: Spot,
  isTheirs: (edge: Edge) => boolean = () => true,
): Edge | undefined {
  let best: Edge | undefined;
  for (const edge of edges) {
    if (edge.gives === "nothing" || !isTheirs(edge) || !isLive(edge, sight, instant)) continue;
    if (edge.gives === "send-as") return edge;
    best ??= edge;
  }
  return best;
}
