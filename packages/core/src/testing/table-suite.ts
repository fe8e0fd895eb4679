import type { Table } from "../table/table.js";
import type { DeclareTest } from "./rule-cases.js";

/** What a table under test holds. */
export interface TableSuiteOptions {
  /** Makes the table; each test makes its own. */
  readonly make: () => Table | Promise<Table>;
  /** Keys and the values that they must give. At least one. */
  readonly present: Readonly<Record<string, string>>;
  /** Keys that must not be found. */
  readonly absent: readonly string[];
}

const ODD_KEYS = ["", " ", "@", "\0", "\ud800", "a\r\nb", "__proto__", "x".repeat(64 * 1024)];

/** Declares the tests that every {@link Table} must pass, with whatever test function it is given. */
export function tableSuite(test: DeclareTest, { make, present, absent }: TableSuiteOptions): void {
  if (Object.keys(present).length === 0) throw new Error("tableSuite: give at least one key that is present");

  test("has a name that tells type and source", async () => {
    const { name } = await make();
    check(/^[a-z0-9-]+(?::.+)?$/s.test(name), `name ${JSON.stringify(name)} is not type:source`);
  });

  test("finds what is there, with evidence", async () => {
    const table = await make();
    for (const [key, value] of Object.entries(present)) {
      const lookup = await table.lookup(key);
      check(lookup.kind === "found" && lookup.value === value, `${key}: ${JSON.stringify(lookup)}`);
      if (lookup.kind === "found") structuredClone(lookup.evidence());
    }
  });

  test("tells not-found from an error", async () => {
    const table = await make();
    for (const key of absent) check((await table.lookup(key)).kind === "not-found", `${key} was not "not-found"`);
  });

  test("answers the same twice, in any order", async () => {
    const table = await make();
    const keys = [...Object.keys(present), ...absent];
    const ask = async (list: readonly string[]) => {
      const values = new Map<string, string>();
      for (const key of list) {
        const lookup = await table.lookup(key);
        values.set(key, lookup.kind === "found" ? `found ${lookup.value}` : lookup.kind);
      }
      return keys.map((key) => values.get(key)).join("\n");
    };
    check((await ask(keys)) === (await ask([...keys].reverse())), "the answers depend on the order");
  });

  test("never throws or rejects, whatever the key", async () => {
    const table = await make();
    for (const key of ODD_KEYS) await table.lookup(key);
  });

  test("answers when the signal is aborted already", async () => {
    const table = await make();
    for (const key of Object.keys(present)) await table.lookup(key, { signal: AbortSignal.abort() });
  });
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
