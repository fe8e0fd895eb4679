import { type Code, codes } from "./codes.js";
import type { Evidence } from "./evidence.js";
import type { Reply } from "./reply.js";
import { describeCause, type Fail } from "./verdict.js";

/** What a reply tells of a failure. */
export type About = Pick<Evidence, "field" | "address">;

/** Shared by all, so that they have one shape; the property is one's own, as that of a plain verdict, for whoever copies it. */
const EVIDENCE: PropertyDescriptor & ThisType<LateFail> = {
  get() {
    return this.built();
  },
  enumerable: true,
};

/** A failure with a code's own reply whose evidence is built when it is first read: most are only answered. */
export class LateFail implements Fail {
  readonly kind = "fail";
  readonly code: Code;
  readonly reply: Reply;
  declare readonly evidence: Evidence;
  readonly #about: About;
  readonly #build: () => Evidence;
  #built: Evidence | undefined;

  /** @param about what `build` will say too */
  constructor(code: Code, about: About, build: () => Evidence) {
    this.code = code;
    this.reply = codes[code].reply;
    this.#about = about;
    this.#build = build;
    Object.defineProperty(this, "evidence", EVIDENCE);
  }

  /** The evidence; where it cannot be built, why. Whoever reads it reads a verdict, and cannot judge anew. */
  built(): Evidence {
    if (this.#built === undefined) {
      try {
        this.#built = this.#build();
      } catch (error) {
        this.#built = { ...this.#about, detail: `there is no evidence: ${describeCause(error)}` };
      }
    }
    return this.#built;
  }

  /** What a reply tells of a failure, without building more. */
  static about(fail: Fail): About {
    return #about in fail ? fail.#about : fail.evidence;
  }
}
