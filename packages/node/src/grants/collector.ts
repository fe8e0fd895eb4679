import {
  type Address,
  type Delivery,
  type Domain,
  type DomainRule,
  didYouMean,
  FromguardError,
  type Grant,
  type Grants,
  type Membership,
  type Origin,
  type Place,
  printable,
  type Steps,
} from "@fromguard/core";
import { lookOf, skeletonOfDomain } from "./homographs.js";
import { type AnyStatement, meaningOf, subjectOf } from "./meaning.js";

/** Something that the file says and probably does not mean. */
export interface GrantsWarning {
  /** `FILE:LINE:COLUMN: what`. */
  readonly text: string;
  readonly place: Place;
}

/** Warnings that are told one by one; of the others only their number is. */
const MAX_WARNINGS = 1000;

/** Memberships or domains that are looked at in one step. */
const IN_ONE_STEP = 256;

/** Names of a circle of groups that its error lists. */
const MAX_PATH = 10;

/** Statements of all files, with what must hold between them. */
export class Collector {
  readonly warnings: GrantsWarning[] = [];
  readonly #grants: Grant[] = [];
  readonly #memberships: Membership[] = [];
  readonly #deliveries: Delivery[] = [];
  readonly #rules = new Map<string, DomainRule>();
  readonly #maxStatements: number;
  readonly #now: number;
  /** By the domain and the name that they are about: the one statement, or the first of each meaning. */
  readonly #statements = new Map<string, Map<string, AnyStatement | Map<string, AnyStatement>>>();
  /** First place of each domain that is named. */
  readonly #domains = new Map<string, Origin>();
  readonly #shared = new Map<string, Domain>();
  readonly #defined = new Map<string, Origin>();
  /** First place of each group that is given something or is in a group. */
  readonly #used = new Map<string, Origin>();
  #count = 0;
  #untold = 0;

  constructor(limits: { readonly maxStatements: number; readonly now: number }) {
    this.#maxStatements = limits.maxStatements;
    this.#now = limits.now;
  }

  grant(grant: Grant): void {
    if (grant.grantee.kind === "group") this.#use(grant.grantee.group, grant.origin);
    this.#accept(grant);
    this.#grants.push(grant);
  }

  membership(membership: Membership): void {
    if (membership.member.kind === "group") this.#use(membership.member.group, membership.origin);
    this.#accept(membership);
    this.#memberships.push(membership);
  }

  delivery(delivery: Delivery): void {
    this.#accept(delivery);
    this.#deliveries.push(delivery);
  }

  rule(rule: DomainRule & { readonly origin: Origin }): void {
    const known = this.#rules.get(rule.domain);
    if (known !== undefined) {
      const before = `the domain ${rule.domain} ${known.aliasOf === undefined ? "has its rules" : `is an alias of ${known.aliasOf}`}`;
      throw faultAt(rule.origin, `${before} at ${formatOrigin(known.origin)} already`);
    }
    this.#accept(rule);
    this.#rules.set(rule.domain, rule);
  }

  defineGroup(name: string, origin: Origin): void {
    if (!this.#defined.has(name)) this.#defined.set(name, origin);
  }

  /** Refuses a domain whose letters deceive; told of each domain that the files name. */
  domain(domain: string, origin: Origin): void {
    if (this.#domains.has(domain)) return;
    this.#domains.set(domain, origin);
    const look = lookOf(domain);
    if (look.kind === "plain") return;
    const label = JSON.stringify(look.label);
    if (look.kind === "mixed") {
      throw faultAt(
        origin,
        `the label ${ascii(label)} of ${domain} mixes letters of several scripts: it may be another name`,
      );
    }
    this.warn(origin, `the label ${ascii(label)} of ${domain} ${look.why}`);
  }

  /** The same address with a domain that all addresses there share: there may be a hundred thousand. */
  shared({ localPart, domain }: Address): Address {
    const known = this.#shared.get(domain.text);
    if (known === undefined) this.#shared.set(domain.text, domain);
    return { localPart, domain: known ?? domain };
  }

  warn(origin: Origin, what: string): void {
    if (this.warnings.length >= MAX_WARNINGS) this.#untold++;
    else this.warnings.push({ text: `${formatOrigin(origin)}: ${what}`, place: placeOf(origin) });
  }

  /** @throws FromguardError where a group is nowhere defined or in itself, or two domains look the same. */
  *finish(file: string): Steps<Grants> {
    this.#refuseDanglingGroups();
    yield* this.#refuseCircles();
    yield* this.#refuseHomographs();
    if (this.#untold > 0) {
      this.warnings.push({ text: `${file}: ${this.#untold} more warnings are not listed`, place: { file } });
    }
    return {
      grants: this.#grants,
      memberships: this.#memberships,
      deliveries: this.#deliveries,
      domains: [...this.#rules.values()],
    };
  }

  /** Counts a statement, and refuses one that stands twice: taking one of the two out would take nothing away. */
  #accept(statement: AnyStatement): void {
    const origin = statement.origin as Origin;
    this.#count++;
    if (this.#count > this.#maxStatements) {
      throw faultAt(origin, `more than ${this.#maxStatements} statements (maxStatements)`);
    }
    const { expires } = statement;
    if (expires !== undefined && expires <= this.#now) this.warn(origin, "it has expired and gives nothing any more");
    const known = this.#sameBefore(statement);
    if (known !== undefined) throw faultAt(origin, `it says what ${formatOrigin(known.origin)} says already`);
  }

  /** An earlier statement that says the same; else remembers this one. */
  #sameBefore(statement: AnyStatement): AnyStatement | undefined {
    const [domain, name] = subjectOf(statement);
    const there = this.#statements.get(domain) ?? new Map<string, AnyStatement | Map<string, AnyStatement>>();
    if (there.size === 0) this.#statements.set(domain, there);
    const others = there.get(name);
    if (others === undefined) {
      there.set(name, statement);
      return undefined;
    }
    // Meanings are told apart only where there are several: most statements are alone.
    const byMeaning = others instanceof Map ? others : new Map([[meaningOf(others), others]]);
    if (byMeaning !== others) there.set(name, byMeaning);
    const meaning = meaningOf(statement);
    const known = byMeaning.get(meaning);
    if (known === undefined) byMeaning.set(meaning, statement);
    return known;
  }

  #use(group: string, origin: Origin | undefined): void {
    if (origin !== undefined && !this.#used.has(group)) this.#used.set(group, origin);
  }

  #refuseDanglingGroups(): void {
    for (const [group, origin] of this.#used) {
      if (this.#defined.has(group)) continue;
      const meant = didYouMean(group, [...this.#defined.keys()]);
      throw faultAt(origin, `the group ${quoted(group)} is nowhere defined${meant}: add it under groups:`);
    }
  }

  *#refuseCircles(): Steps<void> {
    const inside = new Map<string, Membership[]>();
    for (const [at, each] of this.#memberships.entries()) {
      if (at % IN_ONE_STEP === 0) yield;
      if (each.member.kind !== "group") continue;
      const list = inside.get(each.group);
      if (list === undefined) inside.set(each.group, [each]);
      else list.push(each);
    }
    const done = new Set<string>();
    for (const [at, start] of [...inside.keys()].entries()) {
      if (at % IN_ONE_STEP === 0) yield;
      const path: { readonly group: string; next: number }[] = [{ group: start, next: 0 }];
      const open = new Set([start]);
      for (let top = path.at(-1); top !== undefined && !done.has(start); top = path.at(-1)) {
        const membership = inside.get(top.group)?.[top.next++];
        if (membership === undefined) {
          done.add(top.group);
          open.delete(top.group);
          path.pop();
          continue;
        }
        const { member } = membership;
        if (member.kind !== "group" || done.has(member.group)) continue;
        if (open.has(member.group)) {
          const groups = path.map(({ group }) => group);
          throw circle([...groups.slice(groups.indexOf(member.group)), member.group], membership.origin as Origin);
        }
        open.add(member.group);
        path.push({ group: member.group, next: 0 });
      }
    }
  }

  *#refuseHomographs(): Steps<void> {
    const named = new Map<string, string>();
    let looked = 0;
    for (const domain of this.#domains.keys()) {
      if (++looked % IN_ONE_STEP === 0) yield;
      for (const suffix of suffixes(domain)) if (!suffix.includes("xn--")) named.set(suffix, domain);
    }
    for (const [domain, origin] of this.#domains) {
      if (++looked % IN_ONE_STEP === 0) yield;
      if (!domain.includes("xn--")) continue;
      for (const suffix of suffixes(domain)) {
        if (!suffix.includes("xn--")) continue;
        const skeleton = skeletonOfDomain(suffix);
        const other = named.get(skeleton);
        if (other === undefined) named.set(skeleton, suffix);
        else if (other !== suffix) {
          const where = this.#domains.get(other);
          const place = where === undefined ? "" : ` of ${formatOrigin(where)}`;
          throw faultAt(origin, `${suffix} looks like ${skeleton.includes("xn--") ? other : ascii(skeleton)}${place}`);
        }
      }
    }
  }
}

/** The error for a fault of what stands here. */
function faultAt(origin: Origin, what: string): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", what, { place: placeOf(origin) });
}

function circle(path: readonly string[], origin: Origin): FromguardError {
  const names = path.length > MAX_PATH ? [...path.slice(0, MAX_PATH - 1), "...", path.at(-1) ?? ""] : path;
  return faultAt(origin, `groups stand in a circle, which adds nobody: ${names.map(quoted).join(" > ")}`);
}

function placeOf({ file, line, column }: Origin): Place {
  return {
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}

function formatOrigin(origin: Origin | undefined): string {
  return [origin?.file, origin?.line, origin?.column].filter((part) => part !== undefined).join(":");
}

/** `mail.example.com`, `example.com`: what is a domain of its own. */
function suffixes(domain: string): readonly string[] {
  const found = [domain];
  for (let dot = domain.indexOf("."); dot >= 0 && domain.includes(".", dot + 1); dot = domain.indexOf(".", dot + 1)) {
    found.push(domain.slice(dot + 1));
  }
  return found;
}

/** A name for messages: as it is where it is a plain word. */
function quoted(name: string): string {
  return /^[\w.@+-]+$/.test(name) ? name : JSON.stringify(printable(name, 80));
}

/** Letters beyond ASCII by their code points: the reader of a message must not be deceived, either. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
