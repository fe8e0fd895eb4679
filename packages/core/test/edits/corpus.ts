import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type Ownership, ownedAddresses } from "../../src/index.js";

/** A message, who sends it, and what he owns. */
export interface Mail {
  readonly login: string;
  readonly ownership: Ownership;
  readonly envelopeFrom: string;
  readonly raw: Uint8Array;
}

interface Case {
  readonly id: string;
  readonly login: string;
  readonly owned: readonly string[];
  readonly envelopeFrom: string;
  readonly raw: string;
}

const folders = ["../vectors/header-from/", "../../../../../shared/corpus/header-from/"]
  .map((path) => new URL(path, import.meta.url))
  .filter((url) => existsSync(url));

/** Every message of the corpora that are here. */
export const corpus: readonly Mail[] = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => (JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Case[]).map(mailOf)),
);

function mailOf({ login, owned, envelopeFrom, raw }: Case): Mail {
  return {
    login,
    ownership: ownedAddresses({ [login]: owned, mallory: ["ceo@bank.example"] }),
    envelopeFrom,
    raw: Buffer.from(raw, "base64"),
  };
}
