import type { Address } from "../address/address.js";
import { fold } from "../address/fold.js";
import { parsePath } from "../address/path.js";
import { type Domain, parseDomain } from "../domain/domain.js";
import { quotedWord } from "../table/lists.js";
import type { Table } from "../table/table.js";
import type { Gap } from "./directory.js";
import type { Delivery, Origin } from "./grants.js";
import { type Hit, searchTables } from "./key-search.js";
import { type KeyStep, type LoginMapKeyOptions, loginMapKeys, splitExtension } from "./login-map-keys.js";
import { addressOfKey } from "./login-map-listing.js";

/** Options of {@link aliasMapDeliveries}. */
export interface AliasMapOptions extends LoginMapKeyOptions {
  /** Whether who receives may send. Default false: the deliveries let nobody send. */
  readonly maySend?: boolean;
  /** What Postfix appends to a receiver without a domain: `myorigin`. Default none: such a receiver is as it is. */
  readonly unqualifiedDomain?: string;
  /** The login of a mailbox at the end of the aliases. Default none: the receiver is the address, whose login other statements tell. */
  readonly loginOf?: (mailbox: Address) => string | undefined;
  /** Shown as the source of each statement. Default `virtual_alias_maps`. */
  readonly source?: string;
  /** Aliases one behind the other, beyond which an address delivers to nobody. Default 1000, `virtual_alias_recursion_limit`. */
  readonly maxDepth?: number;
  /** Receivers of one address, beyond which it delivers to nobody. Default 1000, `virtual_alias_expansion_limit`. */
  readonly maxReceivers?: number;
  /** Lookups in all, beyond which the rest of the keys is left out. Default 1,000,000: for some 300,000 keys. */
  readonly maxLookups?: number;
  readonly signal?: AbortSignal;
}

/** Statements made of alias maps, and what could not be made one. */
export interface AliasMapDeliveries {
  readonly deliveries: readonly Delivery[];
  /** Of each kind of gap of a table only the first is told. */
  readonly gaps: readonly Gap[];
}

/**
 * Reads Postfix alias maps (`virtual_alias_maps`) backwards: for each key who receives in the end, as statements for a graph.
 *
 * Keys are `user@domain`, `user` (at the local domains) and `@domain` (a catch-all). Each is expanded as cleanup(8) does it: every
 * table in its order, again and again, each address once, so that circles end; an extension that no key has goes on to the result.
 * The receivers are those at the end, not those on the way. Commands, files and `:include:` are no receivers.
 *
 * Each key that is an address is also delivered to itself, which lets nobody send, so that no catch-all covers it.
 *
 * A quirk is kept: an address that two ways lead to is expanded on the first, and on the second stays as it is.
 *
 * Gaps, which never give anybody more: `not-listable` (the keys of a pattern table, whose values still count where others lead
 * to them; who receives a catch-all may then not send, since more than the known keys may be exempt), `table-unavailable`, `alias-limit`, `receiver-malformed`, and `domain-to-domain` for `@domain @other`, since who
 * receives there is told elsewhere: state it as an alias domain.
 *
 * @see Postfix virtual(5), cleanup_map1n_internal
 */
export async function aliasMapDeliveries(
  tables: readonly Table[],
  options: AliasMapOptions = {},
): Promise<AliasMapDeliveries> {
  return await new Reader(tables, options).read();
}

/** What answered one lookup; `failed` where none could, which is told as a gap. */
type Found = FoundHit | "failed" | undefined;

type FoundHit = Hit & { readonly lookup: { readonly kind: "found" } };

/** Then others have their turn. */
const LOOKUPS_AT_ONCE = 500;

/** A command, a file, a list of addresses in a file. */
const NO_RECEIVER = /^[<"]*(?:[|/]|:include:)/i;

class Reader {
  readonly #deliveries: Delivery[] = [];
  readonly #gaps = new Map<string, Gap>();
  readonly #tables: readonly Table[];
  readonly #options: AliasMapOptions;
  #lookups = 0;
  /** Whether every key is known and was read, so that a catch-all is known to be for the others. */
  #isWhole = true;

  constructor(tables: readonly Table[], options: AliasMapOptions) {
    this.#tables = tables;
    this.#options = options;
  }

  async read(): Promise<AliasMapDeliveries> {
    const { addresses, domains } = this.#keys();
    for (const address of addresses) {
      if (this.#isOver()) break;
      await this.#readAddress(address);
    }
    for (const domain of domains) {
      if (this.#isOver()) break;
      await this.#readDomain(domain);
    }
    return { deliveries: this.#deliveries, gaps: [...this.#gaps.values()] };
  }

  #keys() {
    const addresses = new Map<string, Address>();
    const domains = new Map<string, Domain>();
    const add = ({ localPart, domain }: Address) => {
      if (domain.kind !== "name" && domain.kind !== "literal") return;
      if (localPart === "") domains.set(domain.text, domain);
      else addresses.set(`${localPart}@${domain.text}`, { localPart, domain });
    };
    for (const table of this.#tables) {
      const entries = table.entries?.();
      let isWhole = entries !== undefined;
      for (const entry of entries ?? []) {
        if (entry.kind === "pattern") isWhole = false;
        const address = entry.kind === "key" ? addressOfKey(entry.key) : undefined;
        if (address === undefined) continue;
        if (address.domain.kind !== "none") add(address);
        else for (const local of this.#options.localDomains ?? []) add({ ...address, domain: parseDomain(local) });
      }
      if (isWhole) continue;
      this.#isWhole = false;
      this.#gap(table.name, "not-listable", "its keys cannot be listed");
    }
    return { addresses: addresses.values(), domains: domains.values() };
  }

  async #readAddress(address: Address): Promise<void> {
    const hit = await this.#search(address);
    if (hit === undefined || hit === "failed") return;
    const receivers = await this.#expand(this.#receivers(hit, address), hit, address);
    this.#state({ kind: "address", address }, receivers, hit);
  }

  async #readDomain(domain: Domain): Promise<void> {
    const byParts = this.#tables.filter(({ keys }) => keys === "parts");
    const hit = await this.#lookUp(byParts, [{ keys: [`@${fold(domain.text)}`], whole: false }]);
    if (hit === undefined || hit === "failed") return;
    const receivers = await this.#expand(this.#receivers(hit, undefined), hit);
    this.#state({ kind: "catch-all", domain: domain.ascii }, receivers, hit);
  }

  #state(target: Delivery["target"], receivers: readonly Address[], hit: Hit): void {
    const { maySend = false, loginOf, source = "virtual_alias_maps" } = this.#options;
    const { file, line } = hit.lookup.evidence();
    const origin: Origin = {
      source,
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { line }),
    };
    const mayUse = maySend && (target.kind === "address" || this.#isWhole);
    for (const address of receivers) {
      const login = loginOf?.(address) ?? "";
      if (login !== "") {
        this.#deliveries.push({ target, to: { kind: "login", login }, maySend: mayUse, origin });
      } else if (address.domain.kind === "none") {
        this.#gap(hit.table.name, "receiver-malformed", `${JSON.stringify(address.localPart)} has no domain`);
      } else if (target.kind !== "address" || identityOf(target.address) !== identityOf(address)) {
        this.#deliveries.push({ target, to: { kind: "address", address }, maySend: mayUse, origin });
      }
    }
    // Whoever it goes to, if to anybody: it is no address of the catch-all's.
    if (target.kind === "address") {
      this.#deliveries.push({ target, to: { kind: "address", address: target.address }, maySend: false, origin });
    }
  }

  /** The addresses at the end of the aliases, none where there are too many. One that has been there stays as it is. */
  async #expand(from: readonly Address[], { table, key }: Hit, whose?: Address): Promise<readonly Address[]> {
    const { maxDepth = 1000, maxReceivers = 1000 } = this.#options;
    const list = [...from];
    const been = new Set(whose === undefined ? [] : [identityOf(whose)]);
    for (let at = 0; at < list.length; at++) {
      // The first receiver has taken the place of the address whose they are.
      for (let depth = at === 0 && whose !== undefined ? 1 : 0; ; depth++) {
        const address = list[at];
        if (address === undefined || been.has(identityOf(address))) break;
        been.add(identityOf(address));
        if (depth > maxDepth || list.length > maxReceivers) {
          const limits = `${maxDepth} aliases one behind the other or ${maxReceivers} receivers`;
          this.#gap(table.name, "alias-limit", `${JSON.stringify(key)} has over ${limits}`);
          return [];
        }
        const hit = await this.#search(address);
        if (hit === "failed") return [];
        if (hit === undefined) break;
        const receivers = this.#receivers(hit, address);
        // The first takes the place of the address, the others wait for their turn.
        list.splice(at, 1, ...receivers.slice(0, 1));
        for (const each of receivers.slice(1)) list.push(each);
      }
    }
    return [...new Map(list.map((address) => [identityOf(address), address])).values()];
  }

  /** The addresses that a result names. Of the address that was looked up its user, for `@other`, and its extension go on. */
  #receivers({ table, key, lookup }: FoundHit, address: Address | undefined): readonly Address[] {
    const receivers: Address[] = [];
    const extension = address === undefined ? "" : this.#unmatched(address.localPart, key);
    for (const [index, word] of words(lookup.value).entries()) {
      if (NO_RECEIVER.test(word)) continue;
      const other = word.startsWith("@") ? parseDomain(word.slice(1)) : undefined;
      if (other !== undefined && address === undefined) {
        const cause = `${key} ${word}: all at one domain go to another: state it as an alias domain`;
        this.#gap(table.name, "domain-to-domain", cause);
      } else if (other?.kind === "name" && address !== undefined && index === 0) {
        receivers.push({ localPart: address.localPart, domain: other });
      } else {
        const path = parsePath(word);
        if (path.kind === "mailbox") receivers.push(this.#qualified(path.mailbox, extension));
        else this.#gap(table.name, "receiver-malformed", `${JSON.stringify(word)} is no address`);
      }
    }
    return receivers;
  }

  /** The extension of a local part, with its delimiter, where the key that answered has none. */
  #unmatched(localPart: string, key: string): string {
    const base = splitExtension(localPart, this.#options);
    if (base === undefined) return "";
    const asked = addressOfKey(key)?.localPart;
    return asked === fold(localPart) ? "" : localPart.slice(base.length);
  }

  #qualified({ localPart, domain }: Address, extension: string): Address {
    const { unqualifiedDomain } = this.#options;
    const isBare = domain.kind === "none" && unqualifiedDomain !== undefined;
    return { localPart: localPart + extension, domain: isBare ? parseDomain(unqualifiedDomain) : domain };
  }

  async #search({ localPart, domain }: Address): Promise<Found> {
    if (domain.kind !== "name" && domain.kind !== "literal") return undefined;
    return this.#lookUp(this.#tables, loginMapKeys(localPart, fold(domain.text), this.#options));
  }

  async #lookUp(tables: readonly Table[], steps: readonly KeyStep[]): Promise<Found> {
    if (++this.#lookups % LOOKUPS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
    const { signal } = this.#options;
    const hit = await searchTables(tables, steps, signal === undefined ? undefined : { signal });
    if (hit?.lookup.kind !== "error") return hit as FoundHit | undefined;
    this.#isWhole = false;
    this.#gap(hit.table.name, "table-unavailable", hit.lookup.cause);
    return "failed";
  }

  #isOver(): boolean {
    const { maxLookups = 1_000_000, source = "virtual_alias_maps", signal } = this.#options;
    if (signal?.aborted === true) this.#gap(source, "aborted", "the reading was aborted");
    else if (this.#lookups > maxLookups) this.#gap(source, "alias-limit", `over ${maxLookups} lookups`);
    else return false;
    return true;
  }

  #gap(source: string, code: string, cause: string): void {
    const key = JSON.stringify([source, code]);
    if (!this.#gaps.has(key)) this.#gaps.set(key, { source, code, cause });
  }
}

/** Postfix compares addresses that have been there with case folded. */
function identityOf(address: Address): string {
  return fold(`${address.localPart}@${address.domain.text}`);
}

/** What commas and white space part, outside quotes. */
function words(value: string): readonly string[] {
  const found: string[] = [];
  for (let rest = value; rest !== ""; ) {
    const { end } = quotedWord(rest, SEPARATOR);
    if (end > 0) found.push(rest.slice(0, end));
    rest = rest.slice(Math.max(end, 1));
  }
  return found;
}

const SEPARATOR = /[,\s]/;
