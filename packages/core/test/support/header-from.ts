import { existsSync, readdirSync, readFileSync } from "node:fs";

/** One message of a corpus of header originators; `shared/corpus/header-from/README.md` has the format. */
export interface HeaderFromCase {
  readonly id: string;
  readonly description: string;
  readonly login: string;
  readonly owned: readonly string[];
  readonly envelopeFrom: string;
  /** Base64 of the octets. */
  readonly raw: string;
  /** The header as a milter passes it; absent where octets are in it that no list can hold. */
  readonly headersMilter?: readonly (readonly [name: string, value: string])[];
  readonly expect: "accept" | "reject";
  readonly reason: string;
  readonly reasonsAny?: readonly string[];
  readonly policy?: { readonly strict: "accept" | "reject"; readonly lenient: "accept" | "reject" };
}

const OWN = new URL("../vectors/header-from/", import.meta.url);
const SHARED = new URL("../../../../../shared/corpus/header-from/", import.meta.url);

/** The forged messages of the repository. */
export const attacks = readCases(new URL("attacks.json", OWN));

/** Every message of the repository. */
export const ownCases: readonly HeaderFromCase[] = [...attacks, ...readCases(new URL("legitimate.json", OWN))];

/** Every message of each corpus that is here: the repository's, and the one beside the checkout. */
export const corpora: readonly (readonly HeaderFromCase[])[] = [OWN, SHARED]
  .filter((folder) => existsSync(folder))
  .map((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => readCases(new URL(name, folder))),
  );

function readCases(file: URL): readonly HeaderFromCase[] {
  return JSON.parse(readFileSync(file, "utf8"));
}
