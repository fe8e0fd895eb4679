import { FromguardError, isFromguardError } from "@fromguard/core";
import type { KeyPath } from "@fromguard/node";
import type { Config } from "../config/config.js";

/** The error with its place in the configuration, where it is one of ours. */
export function placed(error: unknown, path: KeyPath, config: Config): unknown {
  if (!isFromguardError(error)) return error;
  return new FromguardError(error.code, error.message, { place: config.document.place(path), cause: error });
}
