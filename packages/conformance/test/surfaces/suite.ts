import { type Decision, facts, readMessage } from "@fromguard/core";
import { expect, it } from "vitest";
import { CORPUS } from "./corpus.js";
import { failureNames, guardOf, type Policy, witnessOf } from "./policy.js";
import { openSources } from "./sources.js";
import type { Outcome, Surface, SurfaceKind } from "./surface.js";
import {
  EDITS,
  ENVELOPES,
  FACTS,
  FORGED,
  type Play,
  RECIPIENT,
  type Transaction,
  triggering,
  triggerOwned,
} from "./transactions.js";

/** Messages that are on their way at one time. */
const AT_ONCE = 32;

/** What a play came to. */
interface Tally {
  readonly accept: number;
  readonly reject: number;
  readonly defer: number;
  /** Forged messages that passed, each with the code that the surface cannot see. */
  readonly unseen: readonly string[];
  /** Messages that the surface can tell neither from honest ones nor from forged ones. */
  readonly undecided: readonly string[];
  /** Messages that the surface has no words for. */
  readonly unsaid: number;
  /** Messages that the host refused by itself. */
  readonly byHost: number;
}

/** Plays transactions and holds each outcome to what the library decides on all the facts that the surface has. */
async function expectVerdicts(kind: SurfaceKind, { transactions, owned }: Play): Promise<Tally> {
  const policy = await policyOf(kind, owned);
  const guard = guardOf(policy);
  const surface = await kind.open(policy);
  const different: string[] = [];
  const unseen: string[] = [];
  const undecided: string[] = [];
  const counts = { accept: 0, reject: 0, defer: 0, unsaid: 0, byHost: 0 };
  await each(transactions, async (one) => {
    const decision = await guard.check(factsOf(one));
    const outcome = await surface.play(one);
    if (outcome === undefined) {
      counts.unsaid++;
      return;
    }
    counts[outcome.action]++;
    if (outcome.action === decision.action) return;
    if (outcome.action === "accept" && isUnseen(kind, decision)) unseen.push(`${one.id}: ${decision.code}`);
    else if (outcome.action === "defer" && kind.undecided?.includes(one.id)) undecided.push(one.id);
    else if (isByHost(kind, outcome)) counts.byHost++;
    else different.push(`${one.id}: ${decision.action} ${decision.code}, got ${outcome.action} ${outcome.shown}`);
  });
  expect(different).toEqual([]);
  return { ...counts, unseen: unseen.sort(), undecided };
}

function isUnseen({ blindTo }: SurfaceKind, { code }: Decision): boolean {
  return (blindTo as readonly string[]).includes(code);
}

/** Of the messages that the surface says pass unseen, those of this play: a corpus beside the checkout may be absent. */
function unseenOf({ unseen = [] }: SurfaceKind, { transactions }: Play): readonly string[] {
  const played = new Set(transactions.map(({ id }) => id));
  return unseen.filter((each) => played.has(each.slice(0, each.lastIndexOf(": ")))).sort();
}

/** A host that does not take a message at all has let nothing pass. */
function isByHost({ hostsOwn = [] }: SurfaceKind, { action, shown }: Outcome): boolean {
  return action !== "accept" && hostsOwn.some((beginning) => shown.startsWith(beginning));
}

/** All facts of a transaction, as the library has them. */
export function factsOf({ login, envelopeFrom, octets }: Transaction) {
  const message = readMessage(octets);
  return facts({ login, envelopeFrom, recipients: [RECIPIENT], client: "127.0.0.1", helo: "client.test", ...message });
}

/** Holds what a surface says of itself: its answers, its facts, its edits; and that whatever fails is deferred and never passes. */
async function expectAsDeclared(kind: SurfaceKind): Promise<void> {
  const names = [...EDITS.map(({ kind: edit }) => edit), ...FACTS.map(witnessOf)];
  const begun = await policyOf(kind, {});
  const failing = failureNames(kind.sees, begun.sources);
  const owned = { ...ENVELOPES.owned, ...triggerOwned([...names, ...failing]) };
  const surface = await kind.open({ ...begun, owned });

  const failed = await playAll(surface, failing);
  expect(failed).toEqual(Object.fromEntries(failing.map((name) => [name, "defer"])));
  expect(failing.length).toBeGreaterThanOrEqual(10);

  const edited = await playAll(
    surface,
    EDITS.map(({ kind: edit }) => edit),
  );
  expect(edited).toEqual(
    Object.fromEntries(EDITS.map(({ kind: edit }) => [edit, kind.edits.includes(edit) ? "accept" : "defer"])),
  );
  const seen = await playAll(surface, FACTS.map(witnessOf));
  expect(seen).toEqual(
    Object.fromEntries(FACTS.map((fact) => [witnessOf(fact), kind.sees.includes(fact) ? "reject" : "accept"])),
  );

  const [honest] = ENVELOPES.transactions;
  const notOwned = ENVELOPES.transactions.find(({ id }) => id === "another's address");
  if (honest === undefined || notOwned === undefined) throw new Error("no such transaction");
  expect((await surface.play(notOwned))?.shown).toBe(kind.refusal);
  expect((await surface.play(triggering("rule-throws")))?.shown).toBe(kind.deferral);
  expect(await surface.leave(honest)).toBe(0);
  expect((await surface.play(honest))?.action).toBe("accept");
}

async function playAll(surface: Surface, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const actions = new Map<string, string>();
  await each(names, async (name) => {
    actions.set(name, (await surface.play(triggering(name)))?.action ?? "unsaid");
  });
  return Object.fromEntries(actions);
}

async function policyOf({ sees }: SurfaceKind, owned: Policy["owned"]): Promise<Policy> {
  return { owned, sees, sources: await openSources() };
}

async function each<Item>(items: readonly Item[], visit: (item: Item) => Promise<void>): Promise<void> {
  for (let begin = 0; begin < items.length; begin += AT_ONCE) {
    await Promise.all(items.slice(begin, begin + AT_ONCE).map(visit));
  }
}

/** The tests of one surface. */
export function surfaceTests(kind: SurfaceKind): void {
  it("decides on every message of the corpora as the library does", async () => {
    const { accept, reject, defer, byHost, unsaid, unseen } = await expectVerdicts(kind, CORPUS);
    expect(accept + reject + defer + unsaid).toBe(CORPUS.transactions.length);
    expect(unseen).toEqual(unseenOf(kind, CORPUS));
    expect(defer).toBeLessThanOrEqual(byHost);
    expect(accept).toBeGreaterThan(0);
    expect(reject).toBeGreaterThan(0);
  });

  it("lets no forged message pass, or says which code it cannot see", async () => {
    const { accept, unseen, undecided } = await expectVerdicts(kind, FORGED);
    expect(undecided).toEqual(kind.undecided ?? []);
    expect(unseen).toEqual(unseenOf(kind, FORGED));
    if (kind.sees.includes("headers")) expect(accept).toBe(unseen.length);
  });

  it("decides on every sender as the library does", async () => {
    const { accept, reject, unseen } = await expectVerdicts(kind, ENVELOPES);
    expect(unseen).toEqual([]);
    expect(accept + reject).toBe(ENVELOPES.transactions.length);
  });

  it("defers whatever fails, and is as the page says", async () => {
    await expectAsDeclared(kind);
  });
}
