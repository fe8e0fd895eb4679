import { scopeCovers, type Target } from "@fromguard/core";

/** Whether a scope covers all that a target may reach. */
export function coversTarget(scope: readonly string[] | undefined, target: Target): boolean {
  if (scope === undefined) return true;
  switch (target.kind) {
    case "address":
      return scopeCovers(scope, target.address.domain.ascii);
    case "domain":
    case "catch-all":
      return scopeCovers(scope, target.domain);
    case "subdomains":
      return coversTree(scope, target.domain);
  }
}

/** Whether a scope covers all that a part of another, `example.com` or `*.example.com`, covers. */
export function coversPart(scope: readonly string[] | undefined, part: string): boolean {
  if (scope === undefined) return true;
  return part.startsWith("*.") ? coversTree(scope, part.slice(2)) : scopeCovers(scope, part);
}

/** Only another tree covers a tree. */
function coversTree(scope: readonly string[], domain: string): boolean {
  return scope.some((part) => part.startsWith("*.") && scopeCovers([part], domain));
}
