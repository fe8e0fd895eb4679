import { decodeMacros, type MacrosCommand } from "../codec/command.js";

/** The command octets that can have macros, in the order of a session; an unknown command's stand alone, behind them. */
const STAGES = "CHMRTLNBEU";
const MAIL = STAGES.indexOf("M");
const UNKNOWN = STAGES.indexOf("U");

/** The place of each command octet in {@link STAGES}; -1 where it has none. */
const PLACES = Int8Array.from({ length: 256 }, (_, octet) => STAGES.indexOf(String.fromCharCode(octet)));

function placeOf(stage: string): number {
  return stage.length === 1 ? STAGES.indexOf(stage) : -1;
}

/** A set as it came, read when it is first asked for something. */
interface MacroSet {
  readonly octets: Buffer;
  readonly start: number;
  readonly end: number;
  macros?: MacrosCommand["macros"];
}

/** The macros of a session, by stage: a new set of a stage replaces the last. */
export class MacroSets {
  readonly #sets: (MacroSet | undefined)[] = Array(STAGES.length).fill(undefined);
  readonly #onConflict: (stage: string, name: string) => void;
  /** Whether the set of MAIL belongs to the MAIL that comes, not to one that is over. */
  #mailIsFresh = false;

  /** `onConflict` is told of a macro with two values in a set that is read. */
  constructor(onConflict: (stage: string, name: string) => void) {
    this.#onConflict = onConflict;
  }

  /** Takes the data of a macro frame, from `start` to `end`. A stage without events is ignored. */
  take(octets: Buffer, start = 0, end = octets.length): void {
    const stage = PLACES[octets[start] as number] as number;
    if (stage < 0) return;
    this.#sets[stage] = { octets, start, end };
    if (stage === MAIL) this.#mailIsFresh = true;
  }

  /** A MAIL event: forgets every earlier message's sets. */
  beginMessage(): void {
    this.#forgetFrom(this.#mailIsFresh ? MAIL + 1 : MAIL);
  }

  /** The message is over: forgets its sets. */
  endMessage(): void {
    this.#forgetFrom(MAIL);
  }

  /** Another client: forgets everything. */
  clear(): void {
    this.#forgetFrom(0);
    this.#sets[UNKNOWN] = undefined;
  }

  /** The value of a macro in the set of one stage: the first, where it stands there twice, as in libmilter. */
  at(stage: string, name: string): string | undefined {
    return this.#valueAt(placeOf(stage), name);
  }

  /** The value of a macro in the set of a stage or the nearest before it. */
  upTo(stage: string, name: string): string | undefined {
    if (stage === "U") return this.#valueAt(UNKNOWN, name);
    for (let at = placeOf(stage); at >= 0; at--) {
      const value = this.#valueAt(at, name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Forgets the sets of a stage and of those behind it. */
  #forgetFrom(stage: number): void {
    this.#mailIsFresh = false;
    for (let at = stage; at < UNKNOWN; at++) this.#sets[at] = undefined;
  }

  #valueAt(stage: number, name: string): string | undefined {
    const set = this.#sets[stage];
    if (set === undefined) return undefined;
    const braced = `{${name}}`;
    for (const [key, value] of this.#read(stage, set)) if (key === name || key === braced) return value;
    return undefined;
  }

  #read(stage: number, set: MacroSet): MacrosCommand["macros"] {
    if (set.macros === undefined) {
      set.macros = decodeMacros(set.octets.subarray(set.start, set.end)).macros;
      const name = conflictIn(set.macros);
      if (name !== undefined) this.#onConflict(STAGES[stage] as string, name);
    }
    return set.macros;
  }
}

/** The name of a macro that has two values in one set, or undefined. */
function conflictIn(macros: MacrosCommand["macros"]): string | undefined {
  if (macros.length < 2) return undefined;
  const seen = new Map<string, string>();
  for (const [name, value] of macros) {
    const bare = withoutBraces(name);
    if ((seen.get(bare) ?? value) !== value) return bare;
    seen.set(bare, value);
  }
  return undefined;
}

function withoutBraces(name: string): string {
  return name.length >= 2 && name.startsWith("{") && name.endsWith("}") ? name.slice(1, -1) : name;
}
