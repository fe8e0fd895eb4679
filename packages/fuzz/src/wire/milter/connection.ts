import { createMilterSession, type MilterSessionOptions, type SessionEvent } from "@fromguard/milter";
import type { Random } from "../random.js";
import { dialogue, stepsWanted } from "./dialogue.js";
import { randomGuardHandler } from "./guard.js";
import { innerJudge, randomJudge, type Watched, watch } from "./handler.js";
import { MilterModel } from "./model.js";
import { Splitter } from "./octets.js";

/** Makes the session that is put to the test. */
export type MakeSession = typeof createMilterSession;

/** What came of one connection. */
export interface ConnectionResult {
  readonly frames: number;
  /** What was wrong; undefined where nothing was. */
  readonly fault: string | undefined;
}

const PRINTABLE = /^[\x20-\x7e]*$/;
/** A reply of a guard: one line, its two codes of one class, every `%` doubled. */
const REPLY = /^y([45])\d\d \1\.\d{1,3}\.\d{1,3} (?:[^%\x00-\x1f\x7f-\xff]|%%)*\0$/;

/** Speaks to a session as an MTA, and to the model; what both say must be the same after every piece. */
export async function runConnection(
  random: Random,
  count: (what: string) => void,
  makeSession: MakeSession = createMilterSession,
): Promise<ConnectionResult> {
  const hasGuard = random.once(3);
  const inner = hasGuard ? randomGuardHandler(random)() : {};
  const wanted = { actions: random.pick([0x1ff, 0x1ff, 0x3f, 0]), steps: stepsWanted(random) };
  const asked = hasGuard ? (inner.negotiate?.({ version: 6, actions: 0, steps: 0 }) ?? wanted) : wanted;
  const slowness = random.pick([0, 2, 8]);
  const isSlow = () => slowness > 0 && random.once(slowness);
  const watched = watch(
    { ...inner, ...withMethods(inner), negotiate: () => ({ actions: asked.actions, steps: asked.steps }) },
    hasGuard ? innerJudge : randomJudge(random),
    isSlow,
  );
  const check = new Check(watched, asked, count, makeSession);
  const pieces = random.cut(Buffer.concat(dialogue(random)));
  for (const piece of pieces) {
    check.receive(piece);
    if (random.once(40)) check.progress();
    if (random.once(3_000)) check.finish();
    // As the server does: what waits is bounded.
    while (check.fault === undefined && check.isWaiting && (check.isFull || random.once(6))) await check.settle();
    if (check.fault !== undefined) break;
  }
  while (check.fault === undefined && check.isWaiting) await check.settle();
  check.end(hasGuard);
  return { frames: check.frames, fault: check.fault };
}

/** The methods of a handler that is an object of a class. */
function withMethods(handler: object): object {
  const names = ["connect", "helo", "mail", "rcpt", "header", "eoh", "body", "eom", "abort", "reset"] as const;
  const methods = handler as Record<string, ((...args: unknown[]) => unknown) | undefined>;
  return Object.fromEntries(
    names.flatMap((name) => (methods[name] === undefined ? [] : [[name, methods[name]?.bind(handler)]])),
  );
}

const MAX_BACKLOG = 0x40000;

/** The session and the model, side by side. */
class Check {
  fault: string | undefined;
  readonly #watched: Watched;
  readonly #model: MilterModel;
  readonly #session: ReturnType<MakeSession>;
  readonly #events: SessionEvent[] = [];
  readonly #answers = new Splitter();
  readonly #sent: string[] = [];
  #compared = 0;
  #seen = 0;
  #closes = 0;

  constructor(
    watched: Watched,
    wanted: { readonly actions: number; readonly steps: number },
    count: (what: string) => void,
    makeSession: MakeSession,
  ) {
    this.#watched = watched;
    this.#model = new MilterModel({ wanted, made: (nth) => watched.made(nth), count });
    const options: MilterSessionOptions = {
      handler: () => watched.handler,
      send: (octets) => this.#take(octets),
      onClose: () => this.#closes++,
      onEvent: (event) => this.#events.push(event),
    };
    this.#session = makeSession(options);
  }

  get frames(): number {
    return this.#model.frames;
  }

  get isWaiting(): boolean {
    return this.#model.pending !== undefined;
  }

  get isFull(): boolean {
    return this.#session.backlog > MAX_BACKLOG;
  }

  receive(octets: Buffer): void {
    this.#try("receive", () => this.#session.receive(octets));
    this.#model.receive(octets);
    this.#compare();
  }

  progress(): void {
    this.#try("progress", () => this.#session.progress());
    this.#model.progress();
    this.#compare();
  }

  finish(): void {
    this.#try("finish", () => this.#session.finish());
    this.#model.finish();
    this.#compare();
  }

  /** Lets the event in progress be answered. */
  async settle(): Promise<void> {
    const { pending } = this.#model;
    const made = pending === undefined ? undefined : this.#watched.release(pending);
    if (made === undefined) {
      this.fault ??= `event ${pending} is in progress for the model alone`;
      return;
    }
    for (let turn = 0; turn < 4; turn++) await undefined;
    this.#model.settle(made);
    this.#compare();
  }

  /** The MTA goes; what must hold of the whole connection is looked at. */
  end(hasGuard: boolean): void {
    this.#try("end", () => this.#session.end());
    this.#compareEnd();
    if (!hasGuard) return;
    for (const frame of this.#sent) {
      if (frame[4] === "y" && !REPLY.test(frame.slice(4))) this.fault ??= `a reply of a guard: ${show(frame)}`;
      if (frame[4] === "q" && !PRINTABLE.test(frame.slice(5, -1))) this.fault ??= `a quarantine: ${show(frame)}`;
    }
  }

  #take(octets: Buffer): void {
    if (this.#closes > 0) this.fault ??= "octets behind the close";
    this.#answers.push(Buffer.from(octets), ({ command, data }) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(data.length + 1);
      this.#sent.push(head.toString("latin1") + command + data.toString("latin1"));
    });
    if (this.#answers.isMidFrame) this.fault ??= "half a frame was sent";
  }

  #try(what: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.fault ??= `${what} threw ${String(error)}`;
    }
  }

  /** Compares what came since the last time. */
  #compare(): void {
    const { sent, seen, isClosed, backlog } = this.#model;
    for (; this.fault === undefined && this.#compared < Math.max(sent.length, this.#sent.length); this.#compared++) {
      const [must, is] = [sent[this.#compared], this.#sent[this.#compared]];
      if (must !== is) this.fault = `answer ${this.#compared} is ${show(is)}, must be ${show(must)}`;
    }
    const handled = this.#watched.seen;
    for (; this.fault === undefined && this.#seen < Math.max(seen.length, handled.length); this.#seen++) {
      const [must, is] = [seen[this.#seen], handled[this.#seen]];
      if (must !== is) this.fault = `event ${this.#seen} is ${show(is)}, must be ${show(must)}`;
    }
    if (this.#closes !== (isClosed ? 1 : 0)) this.fault ??= `closed ${this.#closes} times, must be ${isClosed}`;
    if (this.#session.backlog !== backlog) this.fault ??= `${this.#session.backlog} octets wait, must be ${backlog}`;
  }

  #compareEnd(): void {
    const reasons = this.#events.filter(({ kind }) => kind === "protocol-error");
    const wanted = this.#model.isAtFault ? 1 : 0;
    if (reasons.length !== wanted) this.fault ??= `${reasons.length} reasons in the log, must be ${wanted}`;
    for (const event of this.#events) {
      const texts = Object.values(event).map(String);
      if (texts.some((text) => !PRINTABLE.test(text))) this.fault ??= `a log line that is not escaped: ${show(texts)}`;
      if (event.kind === "protocol-error" && event.reason === "") this.fault ??= "a close without a reason";
    }
    if (this.#closes !== 1) this.fault ??= `closed ${this.#closes} times`;
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
