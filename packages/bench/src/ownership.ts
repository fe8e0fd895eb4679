import {
  type Address,
  addressFromInternal,
  type Delivery,
  type Grant,
  type Grantee,
  type Grants,
  type Membership,
  mayUse,
  type OwnershipGraph,
  ownershipGraph,
} from "@fromguard/core";
import { type Quartiles, quartiles } from "./quartiles.js";
import type { Subject } from "./subjects.js";

/** How large an organisation is. */
export interface OrganisationSize {
  readonly addresses: number;
  readonly logins: number;
  readonly groups: number;
}

/** A host of 200 addresses in each domain. */
export const HOST: OrganisationSize = { addresses: 100_000, logins: 20_000, groups: 5_000 };

const GROUP_LEVELS = 4;
const ADDRESSES_PER_DOMAIN = 200;
const QUESTIONS = 1_000;
const WARM = 100;
const PASSES = 50;
const PARTS = 10;

/** One question, and what must be answered. */
export interface Asked {
  readonly login: string;
  readonly address: Address;
  readonly kind: "yes" | "no-others-own-it" | "no-nobody-owns-it";
}

/**
 * Logins with mailboxes, aliases of these, and addresses of groups, a fourth of the groups at each of four levels: a login is in
 * one group of the lowest level, and through it in one of each.
 */
export function organisation({ addresses, logins, groups }: OrganisationSize): Grants {
  const level = Math.floor(groups / GROUP_LEVELS);
  const memberships: Membership[] = [];
  for (let i = 0; i < logins; i++) memberships.push({ member: login(i), group: `group${i % level}` });
  for (let i = 0; i < level * (GROUP_LEVELS - 1); i++) {
    memberships.push({ member: { kind: "group", group: `group${i}` }, group: `group${i + level}` });
  }
  const deliveries: Delivery[] = [];
  const grants: Grant[] = [];
  for (let i = 0; i < addresses; i++) {
    const target = { kind: "address", address: addressFromInternal(nameOf(i)) } as const;
    if (i < logins) deliveries.push({ target, to: login(i) as { kind: "login"; login: string }, maySend: true });
    else if (i < logins * 2) {
      const to = { kind: "address", address: addressFromInternal(nameOf(i - logins)) } as const;
      deliveries.push({ target, to, maySend: true });
    } else if (i % 2 === 0) grants.push({ grantee: login(i % logins), right: "send-as", target });
    else grants.push({ grantee: { kind: "group", group: `group${i % groups}` }, right: "send-as", target });
  }
  return { domains: [{ domain: "d0.example", subaddress: "+" }], memberships, deliveries, grants };
}

/** Questions of every kind on such an organisation, half of them yes, each by addresses of their own. */
export function questionsOn({ addresses, logins, groups }: OrganisationSize): readonly Asked[] {
  const level = Math.floor(groups / GROUP_LEVELS);
  const kinds: readonly ((i: number) => readonly [login: number, address: string, kind: Asked["kind"]])[] = [
    (i) => [i % logins, nameOf(i % logins), "yes"],
    (i) => [i % logins, nameOf((i % logins) + logins), "yes"],
    (i) => {
      const address = logins * 2 + 1 + 2 * (i % Math.floor((addresses - logins * 2 - 1) / 2));
      return [address % level, nameOf(address), "yes"];
    },
    (i) => [(i + 1) % logins, nameOf(i % logins), "no-others-own-it"],
    (i) => [i % logins, `nobody${i}@d${i % 7}.example`, "no-nobody-owns-it"],
    (i) => [i % logins, `user${i}@unknown${i}.example`, "no-nobody-owns-it"],
  ];
  return Array.from({ length: QUESTIONS }, (_, i) => {
    const [who, address, kind] = kinds[i % kinds.length]!(i * 7919);
    return { login: `user${who}`, address: addressFromInternal(address), kind };
  });
}

/** Answers of a graph, one question at a time: as an embedder asks, and as a rule does. */
export function ownershipSubjects(size: OrganisationSize = HOST): readonly Subject[] {
  const graph = ownershipGraph(organisation(size), { name: "bench" });
  const asked = questionsOn(size);
  let turn = 0;
  const next = (): readonly Asked[] => partOf(asked, turn++);
  return [
    {
      name: "mayUse, awaited",
      lookups: asked.length / PARTS,
      run: async () => {
        for (const { login: who, address, kind } of next()) {
          if ((await mayUse(graph, who, address)).kind !== kind) throw new Error(`${who}: not ${kind}`);
        }
      },
    },
    { name: "ask, at once", lookups: asked.length / PARTS, run: () => askAll(graph, next()) },
  ];
}

/** What it costs to make a graph: milliseconds, and octets of heap for each address beside the statements it was made of. */
export function measureGraph(
  size: OrganisationSize,
  rounds: number,
): { readonly loadMs: Quartiles; readonly octetsPerAddress: number; readonly statementOctets: number } {
  const before = usedHeap();
  const grants = organisation(size);
  const statements = usedHeap();
  const times: number[] = [];
  let octets = Number.NaN;
  const asked = questionsOn(size);
  const load = (): void => {
    const heap = usedHeap();
    const begun = performance.now();
    const graph = ownershipGraph(grants, { name: "bench" });
    times.push(performance.now() - begun);
    askAll(graph, asked);
    octets = (usedHeap() - heap) / size.addresses;
    askAll(graph, asked.slice(0, 1));
  };
  for (let round = 0; round < rounds; round++) load();
  return {
    loadMs: quartiles(times),
    octetsPerAddress: octets,
    statementOctets: (statements - before) / size.addresses,
  };
}

/** Nanoseconds for an answer on the same questions beside ever more grants that have nothing to do with them. */
export function unrelatedCosts(
  counts: readonly number[],
  rounds: number,
): readonly { readonly unrelated: number; readonly nanoseconds: Quartiles }[] {
  const size = { addresses: 1_000, logins: 200, groups: 40 };
  const own = organisation(size);
  const asked = questionsOn(size);
  return counts.map((unrelated) => {
    const others = Array.from({ length: unrelated }, (_, i): Grant => {
      const target = { kind: "address", address: addressFromInternal(`other${i}@o${i % 1000}.example`) } as const;
      return { grantee: { kind: "login", login: `other${i % 50_000}` }, right: "send-as", target };
    });
    const graph = ownershipGraph({ ...own, grants: [...(own.grants ?? []), ...others] }, { name: "bench" });
    for (let i = 0; i < WARM; i++) askAll(graph, asked);
    usedHeap();
    const times = Array.from({ length: rounds * PASSES }, (_, pass) => {
      const part = partOf(asked, pass);
      const begun = performance.now();
      askAll(graph, part);
      return ((performance.now() - begun) * 1e6) / part.length;
    });
    return { unrelated, nanoseconds: quartiles(times) };
  });
}

function askAll(graph: OwnershipGraph, asked: readonly Asked[]): void {
  for (const { login: who, address, kind } of asked) {
    const [answer] = graph.ask(who, [{ address, role: "envelope" }]);
    if (answer?.kind !== kind) throw new Error(`${who}: ${address.localPart}: ${answer?.kind} instead of ${kind}`);
  }
}

/** Few enough that what else the machine does falls between most parts. */
function partOf(asked: readonly Asked[], turn: number): readonly Asked[] {
  const size = asked.length / PARTS;
  const from = (turn % PARTS) * size;
  return asked.slice(from, from + size);
}

function login(index: number): Grantee {
  return { kind: "login", login: `user${index}` };
}

function nameOf(index: number): string {
  return `name${index}@d${Math.floor(index / ADDRESSES_PER_DOMAIN)}.example`;
}

function usedHeap(): number {
  if (globalThis.gc === undefined) throw new Error("run with node --expose-gc");
  for (let i = 0; i < 3; i++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}
