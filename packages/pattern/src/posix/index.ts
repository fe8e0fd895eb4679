export { compilePosix, POSIX_STEP_LIMIT, type PosixMatcher } from "./compile.js";
export { type PosixOptions, parsePosix } from "./parse.js";
