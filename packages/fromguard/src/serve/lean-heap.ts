import { setFlagsFromString } from "node:v8";

/** The young generation stays as large as it is, where 32 MB would come of thousands of connections that are opened. */
export const YOUNG_AS_IT_IS = "--semi-space-growth-factor=1";

/** The old generation is collected when it has grown by 20 %, where it would be several times. */
const EARLY_COLLECTION = "--heap-growing-percent=20";

/**
 * Holds the heap close to what is in use from now on, for the whole process: behind the start, which makes it grow by what is to stay.
 *
 * @see docs/adr/0013-lean-heap.md
 */
export function keepHeapLean(): void {
  setFlagsFromString(YOUNG_AS_IT_IS);
  setFlagsFromString(EARLY_COLLECTION);
}
