import {
  ceilingOf,
  frameOf,
  isOwed,
  isWellFormed,
  MESSAGE_EVENTS,
  macroIn,
  type RawFrame,
  Splitter,
  stringsOf,
  type Terms,
} from "./octets.js";
import { type Answer, answerOf, isFinal, isRefusal, type Made, u32 } from "./outcome.js";
import { sighting } from "./sighting.js";

/** What the model asks of the run. */
export interface ModelOptions {
  /** What the handler asked for: actions and steps. */
  readonly wanted: { readonly actions: number; readonly steps: number };
  /** What the handler answered to the nth event that it judged; `later` where that takes time, undefined where it was not asked. */
  readonly made: (nth: number) => Made | "later" | undefined;
  /** Told of what happens, to be counted. */
  readonly count: (what: string) => void;
}

const MAX_VERSION = 6;
const ACTIONS = 0x1ff;
const STEPS = 0x301fffff;
const MDS_256K = 0x10000000;
const MDS_1M = 0x20000000;
const FRAME_COST = 64;
const RANKS: Readonly<Record<string, number>> = { M: 0, R: 1, T: 1, L: 2, N: 3, B: 4, E: 5 };

/**
 * Which event is owed which answer: what a filter must say to a stream of octets, given what its handler answers. Written for
 * being read, beside the session and not from it.
 */
export class MilterModel {
  readonly #options: ModelOptions;
  readonly #splitter = new Splitter();
  terms: Terms | undefined;
  /** Every frame that must have been sent, as latin1. */
  readonly sent: string[] = [];
  /** What the handler must have seen. */
  readonly seen: string[] = [];
  frames = 0;
  isClosed = false;
  /** Whether the MTA broke the protocol, and the operator is to be told. */
  isAtFault = false;
  #isFinishing = false;
  #isConnected = false;
  #user: string | undefined;
  #isOpen = false;
  #isOver = false;
  #rank = 0;
  #heldForClient: Answer | undefined;
  #heldForMessage: Answer | undefined;
  /** The event whose answer takes time, and which one it is. */
  #pending: { readonly command: string; readonly nth: number } | undefined;
  #queue: RawFrame[] = [];

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  /** The number of the event in progress. */
  get pending(): number | undefined {
    return this.#pending?.nth;
  }

  /** Octets that wait behind it, counted as the session does. */
  get backlog(): number {
    return this.#queue.reduce((sum, { data }) => sum + data.length + FRAME_COST, 0);
  }

  receive(octets: Buffer): void {
    if (this.isClosed) return;
    this.#splitter.push(
      octets,
      (frame) => this.#arrive(frame),
      (command) => ceilingOf(command, this.terms?.steps ?? 0),
    );
    this.#checkStream();
  }

  /** The handler has made the answer that took time. */
  settle(made: Made): void {
    const pending = this.#pending;
    if (pending === undefined || this.isClosed) return;
    this.#pending = undefined;
    this.#answer(pending.command, made);
    this.#closeIfFinished();
    this.#drain();
    this.#checkStream();
  }

  /** A sign of life, only to an MTA that waits. */
  progress(): void {
    if (this.#isAwaited()) this.sent.push(frameOf("p").toString("latin1"));
  }

  finish(): void {
    this.#isFinishing = true;
    this.#closeIfFinished();
  }

  #isAwaited(): boolean {
    if (this.#pending === undefined || this.terms === undefined) return false;
    const { steps } = this.terms;
    const last = this.#queue.at(-1);
    return isOwed(this.#pending.command, steps) || (last !== undefined && isOwed(last.command, steps));
  }

  #arrive(frame: RawFrame): void {
    if (this.isClosed) return;
    this.frames++;
    if (this.#pending === undefined) this.#take(frame);
    else if (frame.command === "Q") this.#close("QUIT in front of an answer");
    else this.#wait(frame);
  }

  #wait(frame: RawFrame): void {
    this.#queue.push(frame);
    const { command } = this.#pending as { command: string };
    if (!"AK".includes(frame.command) || !MESSAGE_EVENTS.includes(command)) return;
    // Nobody reads the answer any more.
    this.#options.count("an answer without a reader");
    this.#pending = undefined;
    this.#drain();
  }

  #drain(): void {
    while (!this.isClosed && this.#pending === undefined) {
      const frame = this.#queue.shift();
      if (frame === undefined) return;
      this.#take(frame);
    }
  }

  #checkStream(): void {
    if (this.#splitter.isBroken && this.#pending === undefined) this.#fault("a broken frame");
  }

  #take(frame: RawFrame): void {
    if (!isWellFormed(frame)) this.#fault("malformed data");
    else this.#obey(frame);
    this.#closeIfFinished();
  }

  #obey(frame: RawFrame): void {
    const { command, data } = frame;
    if (command === "Q") this.#close("QUIT");
    else if (command === "O") this.#negotiate(data);
    else if (this.terms === undefined) this.#fault("no negotiation");
    else if (command === "D") {
      if (data[0] === 0x4d) this.#user = macroIn(data, "auth_authen");
    } else if (command === "A" || command === "K") {
      this.#endMessage();
      if (command === "K") this.#forgetClient();
    } else {
      this.#event(frame, this.terms);
    }
  }

  #negotiate(data: Buffer): void {
    const [version, actions, steps] = [0, 4, 8].map((at) => data.readUInt32BE(at)) as [number, number, number];
    if (this.terms !== undefined || version < 2) {
      this.#fault(version < 2 ? "version 1" : "a second negotiation");
      return;
    }
    const { wanted } = this.#options;
    const agreed = steps & wanted.steps & STEPS;
    this.terms = {
      version: Math.min(version, MAX_VERSION),
      actions: actions & wanted.actions & ACTIONS,
      steps: agreed & MDS_1M ? agreed & ~MDS_256K : agreed,
    };
    const answer = [this.terms.version, this.terms.actions, this.terms.steps].map(u32);
    this.sent.push(frameOf("O", ...answer).toString("latin1"));
  }

  #event({ command, data }: RawFrame, terms: Terms): void {
    const fault = this.#place(command);
    if (fault !== undefined) {
      this.#fault(fault);
      return;
    }
    const user = this.#user ?? "";
    if (command === "M") this.#user = undefined;
    const inMessage = MESSAGE_EVENTS.includes(command);
    const held = inMessage ? (this.#heldForClient ?? this.#heldForMessage) : undefined;
    if (inMessage && this.#queue.some((waiting) => "AK".includes(waiting.command))) {
      this.#options.count("an event without a reader");
    } else if (held !== undefined) {
      this.#options.count("a refusal told later");
      this.#say(command, held, terms);
    } else {
      const nth = this.seen.length;
      this.seen.push(command === "M" ? sighting("M", firstOf(data), user) : sightingOf(command, data));
      const made = this.#options.made(nth);
      if (made === "later") this.#pending = { command, nth };
      else if (made !== undefined) this.#answer(command, made);
    }
  }

  /** Takes an event to its place in the connection or the message; what is wrong with that. */
  #place(command: string): string | undefined {
    if (command === "C") {
      if (this.#isConnected) return "a second client";
      this.#isConnected = true;
    }
    const rank = RANKS[command];
    if (rank === undefined) return undefined;
    if (command === "M") {
      this.#heldForMessage = undefined;
      this.#isOpen = true;
      this.#isOver = false;
      this.#rank = 0;
      return undefined;
    }
    if (!this.#isOpen || this.#isOver) return "an event without a message";
    if (rank < this.#rank || (command === "N" && rank === this.#rank)) return "an event out of order";
    this.#rank = rank;
    return undefined;
  }

  #answer(command: string, made: Made): void {
    if (this.terms !== undefined) this.#say(command, answerOf(command, made, this.terms), this.terms);
  }

  #say(command: string, answer: Answer, { steps }: Terms): void {
    this.#options.count(`event ${command}`);
    if (isOwed(command, steps)) {
      this.#options.count(`answer ${answer.word}`);
      this.sent.push(...answer.frames);
      if (MESSAGE_EVENTS.includes(command) && isFinal(command, answer)) this.#isOver = true;
    } else if (isRefusal(answer)) {
      if (MESSAGE_EVENTS.includes(command)) this.#heldForMessage ??= answer;
      else if (command !== "U") this.#heldForClient ??= answer;
    }
  }

  #endMessage(): void {
    this.#heldForMessage = undefined;
    this.#isOpen = false;
    this.#isOver = false;
    this.#user = undefined;
  }

  #forgetClient(): void {
    this.#isConnected = false;
    this.#heldForClient = undefined;
  }

  #fault(why: string): void {
    if (this.isClosed) return;
    this.isAtFault = true;
    this.#close(why);
  }

  #closeIfFinished(): void {
    if (!this.#isFinishing || this.#pending !== undefined || (this.#isOpen && !this.#isOver)) return;
    this.#close("shutdown");
  }

  #close(why: string): void {
    if (this.isClosed) return;
    this.#options.count(`closed: ${why}`);
    this.isClosed = true;
    this.#pending = undefined;
    this.#queue = [];
  }
}

function firstOf(data: Buffer): string {
  return stringsOf(data)?.[0] ?? "";
}

function sightingOf(command: string, data: Buffer): string {
  switch (command) {
    case "C": {
      const family = data.indexOf(0) + 1;
      return sighting("C", firstOf(data.subarray(0, family)), firstOf(data.subarray(family + 3)));
    }
    case "L": {
      const [name = "", value = ""] = stringsOf(data) ?? [];
      return sighting("L", name, value);
    }
    case "B":
    case "E":
      return sighting(command, data);
    case "T":
    case "N":
      return command;
    default:
      return sighting(command, firstOf(data));
  }
}
