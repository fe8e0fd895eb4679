import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Address,
  addressFromInternal,
  type Delivery,
  type DomainRule,
  type Grant,
  type Grantee,
  type Grants,
  type Membership,
  type OwnershipGraph,
  ownershipGraph,
  type Statement,
  scopeCovers,
  type Target,
} from "../../../src/index.js";
import { reference } from "./reference.js";

const NOW = 100;
const LOGINS = ["ann", "bob", "cid"];
const DOMAINS = ["a.test", "b.test", "x.a.test", "y.x.a.test"];
const LOCALS = ["p", "P", "q.r", "qr", "p+t", "P+t", "q-r"];

const loginName = fc.constantFrom(...LOGINS);
const domain = fc.constantFrom(...DOMAINS);
const group = fc.constantFrom("g", "h", "i", "j");
const local = fc.constantFrom(...LOCALS);
const address = fc.tuple(local, domain).map(([name, at]): Address => addressFromInternal(`${name}@${at}`));
const scope = fc.array(
  fc.tuple(fc.constantFrom("", "*."), domain).map(([tree, name]) => tree + name),
  { maxLength: 2 },
);
const grantee: fc.Arbitrary<Grantee> = fc.oneof(
  loginName.map((login) => ({ kind: "login" as const, login })),
  group.map((name) => ({ kind: "group" as const, group: name })),
);
const target: fc.Arbitrary<Target> = fc.oneof(
  { weight: 4, arbitrary: address.map((each) => ({ kind: "address" as const, address: each })) },
  fc.record({ kind: fc.constantFrom("domain" as const, "subdomains" as const, "catch-all" as const), domain }),
);

const common: fc.Arbitrary<Statement> = fc
  .record({
    scope: fc.option(scope, { nil: undefined, freq: 3 }),
    expires: fc.option(fc.constantFrom(NOW - 1, NOW, NOW + 1), { nil: undefined, freq: 3 }),
  })
  .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)));

const statement = <S extends object>(own: fc.Arbitrary<S>): fc.Arbitrary<S & Statement> =>
  fc.tuple(own, common).map(([mine, shared]) => ({ ...shared, ...mine }));

const grant: fc.Arbitrary<Grant> = statement(
  fc.record({ grantee, right: fc.constantFrom("send-as" as const, "send-on-behalf" as const), target }),
);
const membership: fc.Arbitrary<Membership> = statement(fc.record({ member: grantee, group }));
const delivery: fc.Arbitrary<Delivery> = statement(
  fc.record({
    target: target.filter((each): each is Delivery["target"] => each.kind === "address" || each.kind === "catch-all"),
    to: fc.oneof(
      loginName.map((login) => ({ kind: "login" as const, login })),
      address.map((each) => ({ kind: "address" as const, address: each })),
    ),
    maySend: fc.boolean(),
  }),
);
const rule: fc.Arbitrary<DomainRule> = statement(
  fc
    .record({
      domain,
      aliasOf: fc.option(domain, { nil: undefined, freq: 2 }),
      subaddress: fc.constantFrom(undefined, "+", "+-"),
      localPartCase: fc.constantFrom(undefined, "exact" as const, "ascii" as const, "fold" as const),
      ignoreDots: fc.constantFrom(undefined, true),
    })
    .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as never),
);
const statements: fc.Arbitrary<Required<Grants>> = fc.record({
  grants: fc.array(grant, { maxLength: 5 }),
  memberships: fc.array(membership, { maxLength: 6 }),
  deliveries: fc.array(delivery, { maxLength: 5 }),
  domains: fc.array(rule, { maxLength: 3 }),
});

const graphOf = (grants: Grants, now = NOW): OwnershipGraph => ownershipGraph(grants, { name: "g", now: () => now });

const QUESTIONS = LOGINS.flatMap((login) =>
  [...DOMAINS, "z.a.test"].flatMap((at) => LOCALS.map((name) => ({ login, name, at }))),
);

type Asked = (typeof QUESTIONS)[number];

const answer = (graph: OwnershipGraph, { login, name, at }: Asked): string => {
  const [got] = graph.ask(login, [{ address: addressFromInternal(`${name}@${at}`), role: "author" }]);
  if (got?.kind === "yes") return got.requires === undefined ? "yes" : "on-behalf";
  return got?.kind === "no-others-own-it" ? "others" : "nobody";
};

const answers = (graph: OwnershipGraph): readonly string[] => QUESTIONS.map((asked) => answer(graph, asked));

const STRENGTH = ["nobody", "others", "on-behalf", "yes"];

const weakened = (before: readonly string[], after: readonly string[]): readonly Asked[] =>
  QUESTIONS.filter((_, i) => STRENGTH.indexOf(after[i] as string) < STRENGTH.indexOf(before[i] as string));

describe("laws of the graph", () => {
  it("answers as a search through all statements does", () => {
    fc.assert(
      fc.property(statements, (grants) => {
        const graph = graphOf(grants);
        expect(answers(graph)).toEqual(QUESTIONS.map(({ login, name, at }) => reference(grants, login, name, at, NOW)));
      }),
    );
  });

  it("takes no yes away for a grant or a membership more, and leaves none for one that is removed or expired", () => {
    fc.assert(
      fc.property(statements, grant, membership, (grants, more, another) => {
        const without = answers(graphOf(grants));
        const grown = { ...grants, grants: [...grants.grants, more], memberships: [another, ...grants.memberships] };
        expect(weakened(without, answers(graphOf(grown)))).toEqual([]);
        const expired = {
          ...grants,
          grants: [...grants.grants, { ...more, expires: NOW }],
          memberships: [{ ...another, expires: NOW }, ...grants.memberships],
        };
        expect(answers(graphOf(expired))).toEqual(without);
      }),
    );
  });

  it("forgets what expires while it runs, whichever way the clock goes", () => {
    fc.assert(
      fc.property(statements, fc.array(fc.constantFrom(NOW - 2, NOW - 1, NOW, NOW + 1, NOW + 2)), (grants, times) => {
        let now = NOW;
        const graph = ownershipGraph(grants, { name: "g", now: () => now });
        for (now of times) expect(answers(graph)).toEqual(answers(graphOf(grants, now)));
      }),
      { numRuns: 30 },
    );
  });

  it("does not depend on the order of statements but that of the rules of a domain", () => {
    fc.assert(
      fc.property(statements, (grants) => {
        const turned = {
          grants: [...grants.grants].reverse(),
          memberships: [...grants.memberships].reverse(),
          deliveries: [...grants.deliveries].reverse(),
          domains: [...grants.domains].sort((a, b) => (a.domain < b.domain ? -1 : a.domain > b.domain ? 1 : 0)),
        };
        expect(answers(graphOf(turned))).toEqual(answers(graphOf(grants)));
      }),
    );
  });

  it("lets scoped statements change nothing outside of their scope", () => {
    fc.assert(
      fc.property(statements, statements, scope, (grants, administrator, given) => {
        const scoped = <S extends Statement>(list: readonly S[]): readonly S[] =>
          list.map((each) => ({ ...each, scope: given }));
        const together = graphOf({
          grants: [...scoped(administrator.grants), ...grants.grants],
          memberships: [...scoped(administrator.memberships), ...grants.memberships],
          deliveries: [...scoped(administrator.deliveries), ...grants.deliveries],
          domains: [...scoped(administrator.domains), ...grants.domains],
        });
        const alone = graphOf(grants);
        const outside = QUESTIONS.filter(({ at }) => !scopeCovers(given, at));
        expect(outside.map((asked) => answer(together, asked))).toEqual(outside.map((asked) => answer(alone, asked)));
      }),
    );
  });

  it("lists the owners that ask says yes to, and no others", () => {
    fc.assert(
      fc.property(statements, (grants) => {
        const graph = graphOf(grants);
        for (const asked of QUESTIONS) {
          const { holdings, gaps } = graph.owners(addressFromInternal(`${asked.name}@${asked.at}`));
          expect(gaps).toEqual([]);
          const own = holdings.filter(({ login }) => login === asked.login);
          const yes = own.some(({ right }) => right === "send-as");
          const got = answer(graph, asked);
          expect(yes ? "yes" : own.length > 0 ? "on-behalf" : "none").toBe(
            got === "yes" || got === "on-behalf" ? got : "none",
          );
          for (const { evidence } of own) expect(evidence().path?.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("lists the addresses that ask says yes to, and no others", () => {
    fc.assert(
      fc.property(statements, (grants) => {
        const graph = graphOf(grants);
        for (const login of LOGINS) {
          const { holdings } = graph.addresses(login);
          const isYes = (text: string, right: string): boolean => {
            const at = text.lastIndexOf("@");
            const got = answer(graph, { login, name: text.slice(0, at), at: text.slice(at + 1) });
            return right === "send-as" ? got === "yes" : got === "yes" || got === "on-behalf";
          };
          for (const { address: held, right } of holdings) {
            // Of a pattern one address that no statement names.
            const one = held
              .replace(/ \(catch-all\)$/, "")
              .replace("@*.", "@new.")
              .replace(/^@/, "new@");
            expect([held, isYes(one.replace("*@", "new@"), right)]).toEqual([held, true]);
          }
          for (const asked of QUESTIONS.filter((each) => each.login === login)) {
            const got = answer(graph, asked);
            if (got !== "yes" && got !== "on-behalf") continue;
            const rights = holdings.filter(({ address: held }) => isUnder(asked, held)).map(({ right }) => right);
            expect([asked, rights.includes(got === "yes" ? "send-as" : "send-on-behalf")]).toEqual([asked, true]);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("gives a remedy that is one, and names nobody else", () => {
    fc.assert(
      fc.property(statements, fc.constantFrom(...QUESTIONS), (grants, asked) => {
        const graph = graphOf(grants);
        const remedies = graph.remedies(asked.login, addressFromInternal(`${asked.name}@${asked.at}`));
        expect(remedies.length > 0).toBe(answer(graph, asked) !== "yes");
        for (const { kind, line } of remedies) {
          const more: Grants =
            kind === "grant"
              ? { grants: [...grants.grants, { ...grantOf(line), right: "send-as" }] }
              : {
                  memberships: [
                    ...grants.memberships,
                    { member: { kind: "login", login: asked.login }, group: line.slice(0, 1) },
                  ],
                };
          expect(answer(graphOf({ ...grants, ...more }), asked)).toBe("yes");
        }
      }),
    );
  });
});

/** Whether a listed address or pattern may stand for what was asked; case and dots are left to the rules. */
function isUnder({ name, at }: Asked, held: string): boolean {
  const [left = "", right = ""] = held.replace(/ \(catch-all\)$/, "").split("@");
  if (right.startsWith("*.") ? !at.endsWith(right.slice(1)) : at !== right) return false;
  const plain = (text: string): string => text.toLowerCase().replaceAll(".", "");
  return left.endsWith("*")
    ? plain(name).startsWith(plain(left.slice(0, -1)))
    : left === "" || plain(name) === plain(left);
}

function grantOf(line: string): Omit<Grant, "right"> {
  const [, login = "", address = ""] = /^- \{ login: (\S+), send-as: (\S+) \}$/.exec(line) ?? [];
  return { grantee: { kind: "login", login }, target: { kind: "address", address: addressFromInternal(address) } };
}
