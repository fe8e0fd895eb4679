import type { Directory } from "@fromguard/core";

/** A directory that stands for the one in force; without one in force the first still answers. */
export function liveDirectory(first: Directory, current: () => Directory | undefined): Directory {
  const now = () => current() ?? first;
  return {
    get name() {
      return now().name;
    },
    ask: (...asked) => now().ask(...asked),
    owners: (...asked) => now().owners(...asked),
    addresses: (...asked) => now().addresses(...asked),
    remedies: (...asked) => now().remedies?.(...asked) ?? [],
  };
}
