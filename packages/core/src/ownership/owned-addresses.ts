import { type Address, addressFromInternal, formatAddress } from "../address/address.js";
import { fold, lowerAscii } from "../address/fold.js";
import { parsePath } from "../address/path.js";
import type { Domain } from "../domain/domain.js";
import { FromguardError } from "../verdict/error.js";
import type { Evidence } from "../verdict/evidence.js";
import type { Directory, Holding } from "./directory.js";
import { canonicalDomains } from "./normalise.js";
import type { Answer } from "./ownership.js";
import { weakest } from "./weakest.js";

/** Options of {@link ownedAddresses}. */
export interface OwnedAddressesOptions {
  /**
   * How local parts are compared. `ascii` (the default) takes A to Z and a to z as equal, as nearly every mailbox host does;
   * `exact` is the letter of RFC 5321 section 2.4.
   */
  readonly localPartCase?: "ascii" | "exact";
  /** Shown in evidence and messages. Default `owned addresses`. */
  readonly name?: string;
}

/** The addresses of one canonical form: by folded login, in every spelling that was given. */
type Owners = Map<string, { readonly login: string; readonly spellings: Address[] }>;

/**
 * Ownership from a list in memory: login to the addresses that it may use, in every role. It can be listed both ways.
 *
 * Addresses are in SMTP form or, with quotes removed, in internal form; each needs a domain. Domains are compared in
 * the `idna` form, so that A-labels and U-labels are the same; an address whose `postfix` form is at another domain
 * (`straße.test`) must be owned in both. Logins are compared as wholes and case-blind (full
 * Unicode fold), as Postfix compares owners; nothing is appended to a login.
 *
 * @throws FromguardError `FG_POLICY_INVALID` naming an address that is none, or an empty login.
 */
export function ownedAddresses(
  owned: Readonly<Record<string, readonly string[]>>,
  options: OwnedAddressesOptions = {},
): Directory {
  const { localPartCase = "ascii", name = "owned addresses" } = options;
  const keyOf = (localPart: string, domain: Domain) =>
    `${localPartCase === "exact" ? localPart : lowerAscii(localPart)}@${domain.ascii}`;
  const ownersByKey = new Map<string, Owners>();

  for (const [login, addresses] of Object.entries(owned)) {
    if (login === "") throw new FromguardError("FG_POLICY_INVALID", `${name}: a login is empty: nobody could use it`);
    for (const text of addresses) {
      const address = parseOwned(text, login, name);
      const key = keyOf(address.localPart, address.domain);
      const owners: Owners = ownersByKey.get(key) ?? new Map();
      ownersByKey.set(key, owners);
      const owner = owners.get(fold(login));
      if (owner === undefined) owners.set(fold(login), { login, spellings: [address] });
      else owner.spellings.push(address);
    }
  }

  const answer = (login: string, folded: string, address: Address, key: string): Answer => {
    const owners = ownersByKey.get(key);
    const base = () => ({ login, address: formatAddress(address), source: name });
    const remedy = () => `add ${formatAddress(address)} to the addresses of ${login}`;
    const owner = owners?.get(folded);
    if (owner !== undefined) {
      const as = owner.spellings.find(({ localPart }) => localPart === address.localPart) ?? owner.spellings[0];
      return {
        kind: "yes",
        ...(as === undefined ? {} : { as }),
        evidence: () => ({ ...base(), key, result: owner.login }),
      };
    }
    if (owners === undefined) return { kind: "no-nobody-owns-it", evidence: () => ({ ...base(), remedy: remedy() }) };
    return {
      kind: "no-others-own-it",
      evidence: () => ({
        ...base(),
        key,
        result: Array.from(owners.values(), (other) => other.login).join(", "),
        remedy: remedy(),
      }),
    };
  };
  const keysOf = (address: Address) => canonicalDomains(address).map((domain) => keyOf(address.localPart, domain));
  const holding = (login: string, address: Address, key: string): Holding => {
    const evidence: Evidence = { login, address: formatAddress(address), source: name, key, result: login };
    return { login, address: formatAddress(address), right: "send-as", evidence: () => evidence };
  };

  return {
    name,
    ask: (login, questions) => {
      const folded = fold(login);
      return questions.map(({ address }): Answer => {
        const [first, ...others] = keysOf(address).map((key) => answer(login, folded, address, key));
        if (first !== undefined) return others.length === 0 ? first : weakest([first, ...others]);
        const evidence = () => ({ login, address: formatAddress(address), source: name });
        return { kind: "no-nobody-owns-it", evidence };
      });
    },
    owners: (address) => {
      const [first = "", ...others] = keysOf(address);
      const owners = [...(ownersByKey.get(first) ?? [])].filter(([login]) =>
        others.every((key) => ownersByKey.get(key)?.has(login) === true),
      );
      return { holdings: owners.map(([, { login }]) => holding(login, address, first)), gaps: [] };
    },
    addresses: (login) => {
      const held = [...ownersByKey].flatMap(([key, owners]) => {
        const owner = owners.get(fold(login));
        const usable = owner?.spellings.filter((each) =>
          keysOf(each).every((k) => ownersByKey.get(k)?.has(fold(login))),
        );
        return usable === undefined ? [] : usable.map((each) => holding(owner?.login ?? login, each, key));
      });
      return { holdings: held, gaps: [] };
    },
  };
}

function parseOwned(text: string, login: string, name: string): Address {
  const path = parsePath(text);
  if (path.kind === "mailbox" && isUsable(path.mailbox)) return path.mailbox;
  // A leading quote or bracket is SMTP form; everything else may have its quotes removed.
  if (!/^["<]/.test(text)) {
    const address = addressFromInternal(text);
    if (isUsable(address) && !/[\x00-\x1f\x7f]/.test(text)) return address;
  }
  throw new FromguardError("FG_POLICY_INVALID", `${name}: ${JSON.stringify(text)} of login ${login} is no address`);
}

function isUsable({ localPart, domain }: Address): boolean {
  return localPart !== "" && (domain.kind === "name" || domain.kind === "literal");
}
