import type { MasterService } from "../master-cf/read-master-cf.js";
import type { LintFinding, ServiceName } from "./finding.js";

/** What makes two findings the same: all but the place. */
export function keyOf({ code, problem, example, cure }: LintFinding): string {
  return JSON.stringify([code, problem, example, cure]);
}

export function nameOf({ name, type, place }: MasterService): ServiceName {
  return { name: `${name}/${type}`, place };
}

/** A finding that a service brings in: with a line of master.cf where main.cf has none, and a cure for the service alone. */
export function inService(finding: LintFinding, { place, overrides }: MasterService): LintFinding {
  const isHere = finding.place.file === place.file;
  const cure = finding.cure.map((line) => {
    const [, name] = SETTING.exec(line) ?? [];
    const isSetHere = overrides.some((override) => override.name === name);
    return name !== undefined && (isHere || isSetHere) ? `-o { ${line} }` : line;
  });
  return { ...finding, place: finding.place.line === undefined ? place : finding.place, cure };
}

const SETTING = /^([\w-]+) =/;

/** Whether nobody from outside reaches a service: what listens there takes back mail that a content filter has seen. */
export function isLoopback({ name, type }: MasterService): boolean {
  return type === "inet" && /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost):/i.test(name);
}
