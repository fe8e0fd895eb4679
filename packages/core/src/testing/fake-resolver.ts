import type { DnsAnswer, MxRecord, Resolver } from "../dns/resolver.js";

/** What a {@link fakeResolver} knows of one name. A record type that is absent is answered with `none`. */
export interface FakeZone {
  readonly mx?: readonly (MxRecord | string)[] | FakeDnsFailure;
  readonly a?: readonly string[] | FakeDnsFailure;
  readonly aaaa?: readonly string[] | FakeDnsFailure;
  readonly ns?: readonly string[] | FakeDnsFailure;
  /** A record of one string each. */
  readonly txt?: readonly string[] | FakeDnsFailure;
}

/** Answers with a failure, such as `SERVFAIL`; permanent for one such as `FORMERR`. */
export interface FakeDnsFailure {
  readonly failed: string;
  readonly permanent?: boolean;
}

/** A {@link Resolver} with its records in memory, that remembers what it was asked. */
export interface FakeResolver extends Resolver {
  /** `MX example.com`, in the order of the questions. */
  readonly asked: readonly string[];
}

/** Makes a resolver of records by name. An MX given as a string has preference 10; names not listed have no records. */
export function fakeResolver(zones: Readonly<Record<string, FakeZone>>): FakeResolver {
  const asked: string[] = [];
  const byName = new Map(Object.entries(zones));
  const answer = async <In, Out>(
    type: string,
    name: string,
    records: readonly In[] | FakeDnsFailure | undefined,
    convert: (record: In) => Out,
  ): Promise<DnsAnswer<Out>> => {
    asked.push(`${type} ${name}`);
    if (records === undefined) return { kind: "none" };
    if ("failed" in records) {
      const { failed, permanent = false } = records;
      return { kind: "failed", cause: failed, ...(permanent ? { permanent } : {}) };
    }
    return { kind: "records", records: records.map(convert) };
  };
  const same = (text: string) => text;
  return {
    asked,
    mx: (name) =>
      answer("MX", name, byName.get(name)?.mx, (record) =>
        typeof record === "string" ? { preference: 10, exchange: record } : record,
      ),
    a: (name) => answer("A", name, byName.get(name)?.a, same),
    aaaa: (name) => answer("AAAA", name, byName.get(name)?.aaaa, same),
    ns: (name) => answer("NS", name, byName.get(name)?.ns, same),
    txt: (name) => answer("TXT", name, byName.get(name)?.txt, (text) => [text]),
  };
}
