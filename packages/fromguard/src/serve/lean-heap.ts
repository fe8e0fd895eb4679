import { setFlagsFromString } from "node:v8";

/**
 * Flags of V8 that keep the heap of a daemon close to what is in use: the young generation stays as small as it is, where 32 MB would come
 * of thousands of connections that are opened, and the old one is collected when it has grown by 30 %, where it would be several times.
 *
 * @see docs/adr/0013-lean-heap.md
 */
export const LEAN_HEAP: readonly string[] = ["--semi-space-growth-factor=1", "--heap-growing-percent=30"];

/** Holds from now on, for the whole process. */
export function keepHeapLean(): void {
  for (const flag of LEAN_HEAP) setFlagsFromString(flag);
}
