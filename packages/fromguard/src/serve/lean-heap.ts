import { setFlagsFromString } from "node:v8";

/** The young generation stays as small as it is, where 32 MB would come of thousands of connections that are opened. */
export const SMALL_YOUNG = "--semi-space-growth-factor=1";

/** The old generation is collected when it has grown by 30 %, where it would be several times. */
const EARLY_COLLECTION = "--heap-growing-percent=30";

/**
 * Holds the young generation small from now on, for the whole process.
 *
 * @see docs/adr/0013-lean-heap.md
 */
export function keepYoungSmall(): void {
  setFlagsFromString(SMALL_YOUNG);
}

/** Holds the old generation close to what is in use from now on: behind the start, which makes it grow by what is to stay. */
export function collectEarly(): void {
  setFlagsFromString(EARLY_COLLECTION);
}
