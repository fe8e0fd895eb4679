import { availableParallelism, loadavg } from "node:os";

/** On what it is measured. */
export function machine(): string {
  return `node ${process.version}, ${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)}`;
}

/** Prints what a promise came to, and whether it was held; answers the latter. */
export function tellHeld(isHeld: boolean, sentence: string): boolean {
  console.log(`${isHeld ? "held" : "NOT HELD"}  ${sentence}`);
  return isHeld;
}
