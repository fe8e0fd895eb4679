import { decodeMacros, type MacrosCommand } from "../codec/command.js";

/** The command octets that can have macros, in the order of a session. */
const STAGES = "CHMRTLNBE";
const MESSAGE_STAGES = "MRTLNBE";

/** A set as it came, read when it is first asked for something. */
interface MacroSet {
  readonly data: Buffer;
  macros?: MacrosCommand["macros"];
}

/** The macros of a session, by stage: a new set of a stage replaces the last. */
export class MacroSets {
  readonly #sets = new Map<string, MacroSet>();
  readonly #onConflict: (stage: string, name: string) => void;
  /** Whether the set of MAIL belongs to the MAIL that comes, not to one that is over. */
  #mailIsFresh = false;

  /** `onConflict` is told of a macro with two values in a set that is read. */
  constructor(onConflict: (stage: string, name: string) => void) {
    this.#onConflict = onConflict;
  }

  /** Takes the data of a macro frame. A stage without events is ignored. */
  take(data: Buffer): void {
    const stage = String.fromCharCode(data[0] as number);
    if (stage !== "U" && !STAGES.includes(stage)) return;
    this.#sets.set(stage, { data });
    if (stage === "M") this.#mailIsFresh = true;
  }

  /** A MAIL event: forgets every earlier message's sets. */
  beginMessage(): void {
    for (const stage of MESSAGE_STAGES) if (stage !== "M" || !this.#mailIsFresh) this.#sets.delete(stage);
    this.#mailIsFresh = false;
  }

  /** The message is over: forgets its sets. */
  endMessage(): void {
    this.#mailIsFresh = false;
    for (const stage of MESSAGE_STAGES) this.#sets.delete(stage);
  }

  /** Another client: forgets everything. */
  clear(): void {
    this.#mailIsFresh = false;
    this.#sets.clear();
  }

  /** The value of a macro in the set of one stage: the first, where it stands there twice, as in libmilter. */
  at(stage: string, name: string): string | undefined {
    const set = this.#sets.get(stage);
    if (set === undefined) return undefined;
    const macros = this.#read(stage, set);
    if (macros.length === 0) return undefined;
    const braced = `{${name}}`;
    return macros.find(([key]) => key === name || key === braced)?.[1];
  }

  /** The value of a macro in the set of a stage or the nearest before it. */
  upTo(stage: string, name: string): string | undefined {
    if (stage === "U") return this.at("U", name);
    for (let at = STAGES.indexOf(stage); at >= 0; at--) {
      const value = this.at(STAGES[at] as string, name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #read(stage: string, set: MacroSet): MacrosCommand["macros"] {
    if (set.macros === undefined) {
      set.macros = decodeMacros(set.data).macros;
      const name = conflictIn(set.macros);
      if (name !== undefined) this.#onConflict(stage, name);
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
