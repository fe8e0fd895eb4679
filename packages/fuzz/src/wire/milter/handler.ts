import type { MilterContext, MilterHandler, MilterOutcome, MilterVerdict } from "@fromguard/milter";
import type { Random } from "../random.js";
import type { Made } from "./outcome.js";
import { sighting } from "./sighting.js";

/** Why a handler fails; the octets show whether they reach a log line as they are. */
const FAILURE = new Error("\x1b[31m\r\nforged line \xff\u2028");

/** A handler that is watched: what it saw, what it answered, and which answer takes time. */
export interface Watched {
  readonly handler: MilterHandler;
  readonly seen: readonly string[];
  made(nth: number): Made | "later" | undefined;
  /** Lets an answer that takes time be made. Answers what it is; undefined where it is made, or never was. */
  release(nth: number): Made | undefined;
}

type Said = MilterVerdict | MilterOutcome;

/** Judges the nth event: at once, with an outcome or a failure; and whether the answer is to take time. */
export type Judge = (command: string, nth: number, inner: () => Said | Promise<Said>) => Made;

/** Wraps a handler, so that every event is noted and judged once. */
export function watch(inner: MilterHandler, judge: Judge, isSlow: () => boolean): Watched {
  const seen: string[] = [];
  const made: (Made | "later")[] = [];
  const later = new Map<number, { readonly made: Made; readonly release: () => void }>();
  const take = (what: string, call: () => Said | Promise<Said> | undefined): MilterOutcome | Promise<MilterOutcome> => {
    const nth = seen.length;
    seen.push(what);
    const outcome = judge(what.slice(0, 1), nth, () => call() ?? "continue");
    const say = () => {
      if (outcome.says instanceof Error) throw outcome.says;
      return outcome.says as MilterOutcome;
    };
    if (!isSlow()) {
      made.push(outcome);
      return say();
    }
    made.push("later");
    return new Promise((resolve, reject) => {
      const release = () => {
        try {
          resolve(say());
        } catch (error) {
          reject(error);
        }
      };
      later.set(nth, { made: outcome, release });
    });
  };
  const verdict = (what: string, call: () => Said | Promise<Said> | undefined) => take(what, call) as never;
  const user = (context: MilterContext) => context.macro("auth_authen", "M") ?? "";
  const handler: MilterHandler = {
    ...(inner.negotiate === undefined ? {} : { negotiate: (offer) => inner.negotiate?.(offer) }),
    connect: (event, context) =>
      verdict(sighting("C", `${event.name}`, event.address), () => inner.connect?.(event, context)),
    helo: (event, context) => verdict(sighting("H", event.name), () => inner.helo?.(event, context)),
    mail: (event, context) => verdict(sighting("M", event.sender, user(context)), () => inner.mail?.(event, context)),
    rcpt: (event, context) => verdict(sighting("R", event.recipient), () => inner.rcpt?.(event, context)),
    data: (context) => verdict("T", () => inner.data?.(context)),
    unknown: (event, context) => verdict(sighting("U", event.text), () => inner.unknown?.(event, context)),
    header: (event, context) => verdict(sighting("L", event.name, event.value), () => inner.header?.(event, context)),
    eoh: (context) => verdict("N", () => inner.eoh?.(context)),
    body: (event, context) => verdict(sighting("B", event.chunk), () => inner.body?.(event, context)),
    eom: (event, context) => verdict(sighting("E", event.chunk), () => inner.eom?.(event, context)),
    abort: () => inner.abort?.(),
    reset: () => inner.reset?.(),
  };
  return {
    handler,
    seen,
    made: (nth) => made[nth],
    release: (nth) => {
      const waiting = later.get(nth);
      later.delete(nth);
      waiting?.release();
      return waiting?.made;
    },
  };
}

/** Answers at random, each answer marked with the number of its event; most continue, as a message ends with a refusal. */
export function randomJudge(random: Random): Judge {
  const rest = random.pick([3, 20, 100]);
  return (command, nth) => {
    if (random.once(10 * rest)) return { says: broken(command, random), isBroken: true };
    if (command === "E" && !random.once(3)) {
      const edits = Array.from({ length: random.below(4) }, () => edit(nth, random));
      const body = random.once(8)
        ? [{ kind: "replace-body" as const, chunk: random.octets(random.pick([0, 1, 0xffff, 0x10000])) }]
        : [];
      return { says: { verdict: verdict(nth, 3, random), edits: [...edits, ...body] }, isBroken: false };
    }
    return { says: verdict(nth, rest, random), isBroken: false };
  };
}

/** Lets the wrapped handler judge, which answers at once. */
export const innerJudge: Judge = (_command, _nth, inner) => ({ says: inner() as Said, isBroken: false });

function verdict(nth: number, rest: number, random: Random): MilterVerdict {
  if (!random.once(rest)) return "continue";
  switch (random.below(3)) {
    case 0:
      return { reply: `550 5.7.1 event ${nth}` };
    case 1:
      return { reply: `451-4.3.0 event ${nth}\r\n451 4.3.0 and 100%%` };
    default:
      return random.pick(["accept", "reject", "tempfail", "discard", "skip"]);
  }
}

function edit(nth: number, random: Random): NonNullable<MilterOutcome["edits"]>[number] {
  const address = `<n${nth}@fuzz.example>`;
  switch (random.below(9)) {
    case 0:
      return { kind: "insert-header", index: random.below(3), name: "X-Nth", value: ` ${nth}\n\tfolded` };
    case 1:
      return {
        kind: "change-header",
        index: 1 + random.below(3),
        name: "From",
        value: random.once(2) ? "" : ` ${nth}`,
      };
    case 2:
      return { kind: "change-sender", address };
    case 3:
      return { kind: "change-sender", address, args: "RET=HDRS" };
    case 4:
      return { kind: "add-recipient", address };
    case 5:
      return { kind: "delete-recipient", address };
    case 6:
      return { kind: "quarantine", reason: `event ${nth}` };
    case 7:
      return { kind: "progress" };
    default:
      return { kind: "add-header", name: "X-Nth", value: ` ${nth}` };
  }
}

/** What no filter may say to an event. */
function broken(command: string, random: Random): never {
  const nonsense: unknown[] = [
    FAILURE,
    FAILURE,
    null,
    undefined,
    "ok",
    { reply: 550 },
    { reply: "250 2.0.0 fine" },
    { reply: "550 4.7.1 another class" },
    { reply: "550 5.7.1 two\r\nlines" },
    { reply: "550 5.7.1 nul\0" },
    { verdict: "continue", edits: [null] },
    { verdict: "continue", edits: [{ kind: "other" }] },
  ];
  if (command !== "E") nonsense.push({ verdict: "continue", edits: [{ kind: "quarantine", reason: "early" }] });
  return nonsense[random.below(nonsense.length)] as never;
}
