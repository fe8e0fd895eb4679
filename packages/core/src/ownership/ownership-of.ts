import { type Address, formatAddress } from "../address/address.js";
import { causeOf, type Unknown, unknownAnswer } from "./ask-source.js";
import type { Right } from "./grants.js";
import { canonicalDomains } from "./normalise.js";
import type { Answer, Ownership } from "./ownership.js";
import { weakest } from "./weakest.js";

/** What code says of one address: true or a right for yes, `others-own-it`, or false where it knows no owner. */
export type Claim = boolean | Right | "others-own-it";

/** Which of these addresses may the login use: one claim for each, in their order. */
export type AskFunction = (
  login: string,
  addresses: readonly Address[],
  options: { readonly signal: AbortSignal },
) => readonly Claim[] | Promise<readonly Claim[]>;

/**
 * Ownership from one function, which is asked once for all addresses of a question, each once whatever its role. Domains are in
 * the `idna` form (`domain.ascii`); an address whose `postfix` form is at another domain is asked under both, and needs both.
 *
 * Where the function throws, rejects, or gives anything but a claim for each address, all is `unknown` with the code
 * `source-failed`. Where the caller aborts, it is `aborted` at once, and the function is told by its signal. There is no deadline
 * and no cache: {@link cachedOwnership} adds both.
 *
 * @param options `name` is shown in evidence and messages
 */
export function ownershipOf(ask: AskFunction, options: { readonly name: string }): Ownership {
  const { name } = options;
  return {
    name,
    ask(login, questions, { signal = NEVER } = {}) {
      const addresses = new Map<string, Address>();
      const keys = questions.map(({ address }) =>
        canonicalDomains(address).map((domain) => {
          const key = `${domain.ascii} ${address.localPart}`;
          if (!addresses.has(key)) addresses.set(key, { localPart: address.localPart, domain });
          return key;
        }),
      );
      const order = new Map([...addresses.keys()].map((key, index) => [key, index]));
      const unknown = (code: string, cause: string) =>
        questions.map(({ address }): Unknown => unknownAnswer(name, login, address, code, cause));
      const failed = (error: unknown) => unknown("source-failed", causeOf(error));
      const read = (claims: readonly Claim[]): readonly Answer[] => {
        if (claims.length !== addresses.size || !Array.from(claims).every(isClaim)) {
          return unknown("source-failed", "not every address has its claim");
        }
        return questions.map(({ address }, index) => {
          const evidence = (detail?: string) => () => ({
            login,
            address: formatAddress(address),
            source: name,
            ...(detail === undefined ? {} : { detail }),
          });
          const forms = keys[index] ?? [];
          if (forms.length === 0) {
            return { kind: "no-nobody-owns-it", evidence: evidence("the address has no valid domain") };
          }
          return weakest(forms.map((key) => answerOf(claims[order.get(key) ?? -1], evidence())));
        });
      };
      if (addresses.size === 0) return read([]);
      if (signal.aborted) return unknown("aborted", "the question was aborted");
      try {
        const claims = ask(login, [...addresses.values()], { signal });
        if (!("then" in claims)) return read(claims);
        return unlessAborted(Promise.resolve(claims).then(read).catch(failed), signal, () =>
          unknown("aborted", "the question was aborted"),
        );
      } catch (error) {
        return failed(error);
      }
    },
  };
}

/** For who gives no signal. */
const NEVER = new AbortController().signal;

function isClaim(claim: unknown): claim is Claim {
  return typeof claim === "boolean" || claim === "send-as" || claim === "send-on-behalf" || claim === "others-own-it";
}

function answerOf(claim: Claim | undefined, evidence: Answer["evidence"]): Answer {
  switch (claim) {
    case true:
    case "send-as":
      return { kind: "yes", evidence };
    case "send-on-behalf":
      return { kind: "yes", requires: "sender-field", evidence };
    case "others-own-it":
      return { kind: "no-others-own-it", evidence };
    default:
      return { kind: "no-nobody-owns-it", evidence };
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, instead: () => T): Promise<T> {
  return new Promise((resolve) => {
    const abort = () => resolve(instead());
    signal.addEventListener("abort", abort, { once: true });
    void promise.then((value) => {
      signal.removeEventListener("abort", abort);
      resolve(value);
    });
  });
}
