import type { Unknown } from "./ask-source.js";
import type { Answer, Ownership } from "./ownership.js";

/** One of several sources, and what its failure means. */
export interface OwnershipMember {
  readonly source: Ownership;
  /**
   * What it means that the source could not be asked. `unknown` (the default) fails closed: it might have said yes. `ignore` goes
   * on as if the source knew nothing, and tells so in the evidence: an address that it alone protects is then anybody's whom
   * another source lets have it.
   */
  readonly onFailure?: "unknown" | "ignore";
}

/** A source with the default policy, or a member with its own. */
export type MemberOrSource = Ownership | OwnershipMember;

/** Members with every policy said. */
export function membersOf(given: readonly MemberOrSource[]): readonly Required<OwnershipMember>[] {
  return given.map((each) =>
    "source" in each ? { onFailure: "unknown", ...each } : { source: each, onFailure: "unknown" },
  );
}

/** The answer, with what was ignored told in its evidence. */
export function tellIgnored(answer: Answer, ignored: readonly Unknown[]): Answer {
  if (ignored.length === 0) return answer;
  return {
    ...answer,
    evidence() {
      const evidence = answer.evidence();
      const told = ignored.map(
        (unknown) => `${unknown.evidence().source} was ignored: ${unknown.code}: ${unknown.cause}`,
      );
      const { detail } = evidence;
      return { ...evidence, detail: [...(detail === undefined ? [] : [detail]), ...told].join("; ") };
    },
  };
}
