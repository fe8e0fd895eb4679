import { type Address, addressFromInternal, formatAddress } from "../address/address.js";
import { fold, lowerAscii } from "../address/fold.js";
import { parsePath } from "../address/path.js";
import { FromguardError } from "../verdict/error.js";
import type { Answer, Ownership } from "./ownership.js";

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
 * Ownership from a list in memory: login to the addresses that it may use, in every role.
 *
 * Addresses are in SMTP form or, with quotes removed, in internal form; each needs a domain. Domains are compared in
 * the `idna` form, so that A-labels and U-labels are the same. Logins are compared as wholes and case-blind (full
 * Unicode fold), as Postfix compares owners; nothing is appended to a login.
 *
 * @throws FromguardError `FG_POLICY_INVALID` naming an address that is none, or an empty login.
 */
export function ownedAddresses(
  owned: Readonly<Record<string, readonly string[]>>,
  options: OwnedAddressesOptions = {},
): Ownership {
  const { localPartCase = "ascii", name = "owned addresses" } = options;
  const keyOf = ({ localPart, domain }: Address) =>
    `${localPartCase === "exact" ? localPart : lowerAscii(localPart)}@${domain.ascii}`;
  const ownersByKey = new Map<string, Owners>();

  for (const [login, addresses] of Object.entries(owned)) {
    if (login === "") throw new FromguardError("FG_POLICY_INVALID", `${name}: a login is empty: nobody could use it`);
    for (const text of addresses) {
      const address = parseOwned(text, login, name);
      const key = keyOf(address);
      const owners: Owners = ownersByKey.get(key) ?? new Map();
      ownersByKey.set(key, owners);
      const owner = owners.get(fold(login));
      if (owner === undefined) owners.set(fold(login), { login, spellings: [address] });
      else owner.spellings.push(address);
    }
  }

  const answer = (login: string, address: Address): Answer => {
    const { kind } = address.domain;
    const owners = kind === "name" || kind === "literal" ? ownersByKey.get(keyOf(address)) : undefined;
    const base = () => ({ login, address: formatAddress(address), source: name });
    if (owners === undefined) {
      return {
        kind: "no-nobody-owns-it",
        evidence: () => ({ ...base(), remedy: `add ${formatAddress(address)} to the addresses of ${login}` }),
      };
    }
    const owner = owners.get(fold(login));
    if (owner === undefined) {
      return {
        kind: "no-others-own-it",
        evidence: () => ({
          ...base(),
          key: keyOf(address),
          result: Array.from(owners.values(), (other) => other.login).join(", "),
          remedy: `add ${formatAddress(address)} to the addresses of ${login}`,
        }),
      };
    }
    const as = owner.spellings.find(({ localPart }) => localPart === address.localPart) ?? owner.spellings[0];
    return {
      kind: "yes",
      ...(as === undefined ? {} : { as }),
      evidence: () => ({ ...base(), key: keyOf(address), result: owner.login }),
    };
  };

  return { name, ask: (login, questions) => questions.map(({ address }) => answer(login, address)) };
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
