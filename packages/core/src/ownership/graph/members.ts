import type { Membership } from "../grants.js";
import type { Model, Principal, Step } from "./model.js";
import type { Sight } from "./scopes.js";
import { isLive } from "./views.js";

/** A principal and the groups that it is in, through others too. */
type Circle = ReadonlySet<Principal>;

interface Known {
  readonly circle: Circle;
  /** The sight for which it holds; any where no membership on the way has a scope. */
  readonly key: string | undefined;
}

/** Follows memberships, upwards and downwards. */
export class Members {
  readonly #model: Model;
  #known: (Known | undefined)[] = [];

  constructor(model: Model) {
    this.#model = model;
  }

  /** Forgets what time has changed. */
  turn(): void {
    this.#known = [];
  }

  /** The principal itself and every group that it is in; one answer for each principal is kept. */
  circle(principal: Principal, sight: Sight, instant: number): Circle {
    const known = this.#known[principal];
    if (known !== undefined && (known.key === undefined || known.key === sight.key)) return known.circle;
    const circle = new Set([principal]);
    let key: string | undefined;
    for (const member of circle) {
      for (const step of this.#model.up.get(member) ?? []) {
        if (step.scope !== 0) key = sight.key;
        if (isLive(step, sight, instant)) circle.add(step.group);
      }
    }
    this.#known[principal] = { circle, key };
    return circle;
  }

  /** Every group that the principal is in somewhere, at some time. */
  anyCircle(principal: Principal): Circle {
    const circle = new Set([principal]);
    for (const member of circle) for (const { group } of this.#model.up.get(member) ?? []) circle.add(group);
    return circle;
  }

  /** The logins in a group, through others too; of a login, itself. */
  logins(principal: Principal, sight: Sight, instant: number): readonly Principal[] {
    const found = new Set([principal]);
    for (const group of found) {
      for (const step of this.#model.down.get(group) ?? []) {
        if (isLive(step, sight, instant)) found.add(step.member);
      }
    }
    return [...found].filter((each) => this.#model.principals[each]?.kind === "login");
  }

  /** A shortest way of memberships from a principal up to another. */
  way(from: Principal, to: Principal, sight: Sight, instant: number): readonly Membership[] {
    const reached = new Map<Principal, Step | undefined>([[from, undefined]]);
    for (const [member] of reached) {
      if (member === to) break;
      for (const step of this.#model.up.get(member) ?? []) {
        if (isLive(step, sight, instant) && !reached.has(step.group)) reached.set(step.group, step);
      }
    }
    const way: Membership[] = [];
    for (let step = reached.get(to); step !== undefined; step = reached.get(step.member)) way.unshift(step.statement);
    return way;
  }
}
