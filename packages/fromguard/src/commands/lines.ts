// What splits a batch over HTTP splits one on standard input.
export { linesOf } from "@fromguard/core";
