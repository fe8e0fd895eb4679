import { restrictions } from "../restrictions/registry.js";
import { accessChecks } from "./access-checks.js";

/** What the evaluator itself knows. */
const GENERIC: ReadonlySet<string> = new Set([
  "check_policy_service",
  "defer",
  "defer_if_permit",
  "defer_if_reject",
  "permit",
  "reject",
  "sleep",
  "warn_if_reject",
]);

/** Whether a restriction of this name, in small letters, can be evaluated. Classes are not among them. */
export function isRestrictionName(name: string): boolean {
  return GENERIC.has(name) || accessChecks.has(name) || restrictions.has(name);
}

/** Whether the word behind it belongs to it. */
export function takesWord(name: string): boolean {
  return (
    name === "check_policy_service" ||
    name === "sleep" ||
    accessChecks.has(name) ||
    restrictions.get(name)?.argument === "domain"
  );
}

/** All names of restrictions, in small letters. */
export function restrictionNames(): readonly string[] {
  return [...GENERIC, ...accessChecks.keys(), ...restrictions.keys()];
}
