import type { MacrosCommand } from "../codec/command.js";

/** The command octets that can have macros, in the order of a session. */
const STAGES = "CHMRTLNBE";
const MESSAGE_STAGES = "MRTLNBE";

/** The most macros of one stage. */
export const MAX_MACROS = 256;

/** The macros of a session, by stage: a new set of a stage replaces the last. */
export class MacroSets {
  readonly #sets = new Map<string, MacrosCommand["macros"]>();
  /** Whether the set of MAIL belongs to the MAIL that comes, not to one that is over. */
  #mailIsFresh = false;

  /** Takes a set; what is wrong with it, or undefined. A stage without events is ignored. */
  take({ stage, macros }: MacrosCommand): string | undefined {
    if (macros.length > MAX_MACROS) return `more than ${MAX_MACROS} macros of a stage`;
    if (stage !== "U" && !STAGES.includes(stage)) return undefined;
    this.#sets.set(stage, macros);
    if (stage === "M") this.#mailIsFresh = true;
    return undefined;
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
    const braced = `{${name}}`;
    return this.#sets.get(stage)?.find(([key]) => key === name || key === braced)?.[1];
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
}

/** The name of a macro that has two values in one set, or undefined. */
export function conflictIn({ macros }: MacrosCommand): string | undefined {
  if (macros.length < 2) return undefined;
  const seen = new Map<string, string>();
  for (const [name, value] of macros) {
    const bare = name.replace(/^\{(.*)\}$/s, "$1");
    if ((seen.get(bare) ?? value) !== value) return bare;
    seen.set(bare, value);
  }
  return undefined;
}
