import type { Gap, Listing } from "../ownership/directory.js";
import type { Right } from "../ownership/grants.js";

/** One login and one address that it may send as, in JSON, with where that stands. */
export interface HoldingJson {
  readonly login: string;
  readonly address: string;
  readonly right: Right;
  readonly source?: string;
  readonly file?: string;
  readonly line?: number;
  readonly key?: string;
  readonly pattern?: string;
  readonly result?: string;
  /** The statements on the way from the login to the address. */
  readonly path?: readonly string[];
}

/** A listing in JSON: what `fromguard who --json` prints and `GET /v1/who/{address}` answers. */
export interface ListingJson {
  readonly holdings: readonly HoldingJson[];
  /** What could not be asked or listed: where there is one, the list may lack something. */
  readonly gaps: readonly Gap[];
}

/** Writes a listing as plain data. */
export function listingToJson({ holdings, gaps }: Listing): ListingJson {
  return {
    holdings: holdings.map(({ login, address, right, evidence }) => {
      const { source, file, line, key, pattern, result, path } = evidence();
      return { login, address, right, ...present({ source, file, line, key, pattern, result, path }) };
    }),
    gaps: gaps.map(({ source, code, cause }) => ({ source, code, cause })),
  };
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(record: T): Present<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Present<T>;
}
