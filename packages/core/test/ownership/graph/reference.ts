import type { DomainRule, Grants, Statement, Target } from "../../../src/index.js";
import { scopeCovers } from "../../../src/index.js";
import { normaliseLocalPart, withoutSubaddress } from "../../../src/ownership/normalise.js";

/** What the statements say, read again for every question: slow, and without an index. */
export function reference(
  grants: Grants,
  login: string,
  localPart: string,
  asked: string,
  now: number,
): "yes" | "on-behalf" | "others" | "nobody" {
  const live = <S extends Statement>(list: readonly S[] = []): readonly S[] =>
    list.filter(({ scope, expires = Number.POSITIVE_INFINITY }) => expires > now && scopeCovers(scope, asked));
  const rules = live(grants.domains);
  const memberships = live(grants.memberships);
  const deliveries = live(grants.deliveries);
  const gifts = live(grants.grants);

  const ruleOf = (domain: string): DomainRule | undefined => rules.find((each) => each.domain === domain);
  const end = (domain: string): { readonly domain: string; readonly rule: DomainRule | undefined } => {
    const way = [domain];
    for (let next = ruleOf(domain)?.aliasOf; next !== undefined; next = ruleOf(next)?.aliasOf) {
      const before = way.indexOf(next);
      if (before >= 0) {
        const [first = next] = way.slice(before).sort();
        return { domain: first, rule: ruleOf(first) };
      }
      way.push(next);
    }
    const last = way.at(-1) ?? domain;
    return { domain: last, rule: ruleOf(last) };
  };
  const every = [...rules.map(({ domain }) => domain), ...rules.flatMap(({ aliasOf }) => aliasOf ?? [])];
  const names = (domain: string): readonly string[] => [
    domain,
    ...every.filter((each) => end(each).domain === end(domain).domain),
  ];
  const covers = (target: Target, local: string, domain: string): boolean => {
    const { rule } = end(domain);
    if (target.kind === "subdomains") return names(domain).some((name) => name.endsWith(`.${target.domain}`));
    if (target.kind !== "address") return names(domain).includes(target.domain);
    const own = normaliseLocalPart(target.address.localPart, rule);
    const base = withoutSubaddress(local, rule?.subaddress);
    return (
      names(domain).includes(target.address.domain.ascii) &&
      [local, base].some((each) => each !== undefined && normaliseLocalPart(each, rule) === own)
    );
  };
  const delivered = (local: string, domain: string) => {
    const named = deliveries.filter(({ target }) => target.kind === "address" && covers(target, local, domain));
    if (named.length > 0) return named;
    return deliveries.filter(({ target }) => target.kind === "catch-all" && covers(target, local, domain));
  };

  const isFor = (grantee: { readonly kind: string; readonly login?: string; readonly group?: string }): boolean => {
    const reached = new Set([`login ${login}`]);
    for (const each of reached) {
      for (const { member, group } of memberships) {
        const name = member.kind === "login" ? `login ${member.login}` : `group ${member.group}`;
        if (name === each) reached.add(`group ${group}`);
      }
    }
    return reached.has(`${grantee.kind} ${grantee.login ?? grantee.group}`);
  };
  const hasNamed = delivered(localPart, asked).some(({ target }) => target.kind === "address");
  const given = gifts.filter(
    ({ target }) => covers(target, localPart, asked) && !(target.kind === "catch-all" && hasNamed),
  );
  const reached = new Map([[`${localPart}@${asked}`, { local: localPart, domain: asked }]]);
  let receives = false;
  for (const { local, domain } of reached.values()) {
    for (const { to, maySend } of delivered(local, domain)) {
      if (!maySend) continue;
      if (to.kind === "login") receives ||= to.login === login;
      else {
        const { localPart: next, domain: at } = to.address;
        reached.set(`${next}@${at.ascii}`, { local: next, domain: at.ascii });
      }
    }
  }
  const rights = given.filter(({ grantee }) => isFor(grantee)).map(({ right }) => right);
  if (receives || rights.includes("send-as")) return "yes";
  if (rights.length > 0) return "on-behalf";
  return given.length > 0 || delivered(localPart, asked).length > 0 ? "others" : "nobody";
}
