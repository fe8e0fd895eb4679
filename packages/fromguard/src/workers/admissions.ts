import type { Admission } from "@fromguard/node";
import type { ToPrimary } from "./messages.js";

/** Milliseconds that a connection waits for the primary to count it; then it is closed. */
const ADMISSION_MS = 10_000;

/** The connections of a worker's listeners: the primary counts them, together with those of the other workers. */
export class Admissions {
  readonly #tell: (message: ToPrimary) => void;
  readonly #asked = new Map<number, (isAdmitted: boolean) => void>();
  #questions = 0;

  constructor(tell: (message: ToPrimary) => void) {
    this.#tell = tell;
  }

  /** Of one listener, by its place in the list. */
  of(listener: number): Admission {
    return {
      enter: () => this.#enter(listener),
      leave: () => this.#tell({ kind: "leave", listener }),
    };
  }

  /** The primary answers. */
  answered(id: number, isAdmitted: boolean): void {
    this.#asked.get(id)?.(isAdmitted);
  }

  async #enter(listener: number): Promise<boolean> {
    const id = ++this.#questions;
    let isLate = false;
    const admitted = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => {
        isLate = true;
        resolve(false);
      }, ADMISSION_MS);
      this.#asked.set(id, (isAdmitted) => {
        clearTimeout(timer);
        this.#asked.delete(id);
        // Nobody waits for it any more.
        if (isLate && isAdmitted) this.#tell({ kind: "leave", listener });
        resolve(isAdmitted);
      });
    });
    this.#tell({ kind: "enter", id, listener });
    return admitted;
  }
}
