import { accessSync, constants } from "node:fs";
import { delimiter } from "node:path";

const SEARCH = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/lib/postfix/sbin"];

function isInstalled(program: string): boolean {
  const folders = program.startsWith("/") ? [""] : SEARCH.map((folder) => `${folder}/`);
  return folders.some((folder) => {
    try {
      accessSync(`${folder}${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Why a peer suite cannot run here, or undefined where it can. Under `CI=true` a missing peer is a failure, not a reason.
 * A program is a name, or a whole path.
 *
 * @param options `root`: whether the suite needs root. Default true
 */
export function whyNotRun(
  programs: readonly string[],
  { root = true }: { readonly root?: boolean } = {},
): string | undefined {
  const missing = programs.filter((program) => !isInstalled(program));
  const reason =
    missing.length > 0
      ? `not run: ${missing.join(", ")} not installed (npm run setup:peers)`
      : root && process.getuid?.() !== 0
        ? "not run: needs root"
        : undefined;
  if (reason !== undefined && process.env.CI === "true") throw new Error(`peer suite ${reason}`);
  if (reason !== undefined) console.log(reason);
  return reason;
}
