import type { DnsAnswer, MxRecord, Resolver } from "@fromguard/core";
import { isRecord } from "../kind.js";

/** A failure of the name server, in its own words: `SERVFAIL`, `REFUSED`, `FORMERR`, `TIMEOUT`. */
type Failure = string;

interface RecordSets {
  readonly MX?: readonly (readonly [preference: number, exchange: string])[] | Failure;
  readonly A?: readonly string[] | Failure;
  readonly AAAA?: readonly string[] | Failure;
  /** Stands for the name: every type is asked of the target. */
  readonly CNAME?: string;
}

/**
 * The names of a recording: a name that is not listed does not exist, a type that is not listed has no data, a string
 * instead of a set is a failure. The MX host `.` is a null MX.
 */
export type Zone = Readonly<Record<string, RecordSets | Failure>>;

/** How many aliases are followed; behind a longer chain there is nothing, as in Postfix. */
const MAX_ALIASES = 10;

/** Whether JSON is a {@link Zone}, as far as one level tells. */
export function isZone(json: unknown): json is Zone {
  return isRecord(json) && Object.values(json).every((entry) => typeof entry === "string" || isRecord(entry));
}

/** A server that takes a question for malformed will do so again. */
function failed(cause: Failure): DnsAnswer<never> {
  return cause === "FORMERR" ? { kind: "failed", cause, permanent: true } : { kind: "failed", cause };
}

/** A resolver that knows a zone and nothing else. */
export function zoneResolver(zone: Zone): Resolver {
  const ask = async <Entry, Record>(
    name: string,
    type: "MX" | "A" | "AAAA",
    convert: (entry: Entry) => Record,
  ): Promise<DnsAnswer<Record>> => {
    let owner = name.toLowerCase();
    for (let followed = 0; followed <= MAX_ALIASES; followed++) {
      const entry = Object.hasOwn(zone, owner) ? zone[owner] : undefined;
      if (entry === undefined) return { kind: "none" };
      if (typeof entry === "string") return failed(entry);
      if (entry.CNAME !== undefined) {
        owner = entry.CNAME.toLowerCase();
        continue;
      }
      const set = entry[type] as readonly Entry[] | Failure | undefined;
      if (set === undefined || set.length === 0) return { kind: "none" };
      if (typeof set === "string") return failed(set);
      return { kind: "records", records: set.map(convert) };
    }
    return { kind: "none" };
  };
  return {
    mx: (name) =>
      ask(
        name,
        "MX",
        ([preference, exchange]: readonly [number, string]): MxRecord => ({
          preference,
          exchange: exchange === "." ? "" : exchange.toLowerCase(),
        }),
      ),
    a: (name) => ask(name, "A", (address: string) => address),
    aaaa: (name) => ask(name, "AAAA", (address: string) => address),
  };
}
