import { type Ownership, ownedAddresses } from "../../src/index.js";
import { corpora, type HeaderFromCase } from "../support/header-from.js";

/** A message, who sends it, and what he owns. */
export interface Mail {
  readonly login: string;
  readonly ownership: Ownership;
  readonly envelopeFrom: string;
  readonly raw: Uint8Array;
}

/** Every message of the corpora that are here. */
export const corpus: readonly Mail[] = corpora.flat().map(mailOf);

function mailOf({ login, owned, envelopeFrom, raw }: HeaderFromCase): Mail {
  return {
    login,
    ownership: ownedAddresses({ [login]: owned, mallory: ["ceo@bank.example"] }),
    envelopeFrom,
    raw: Buffer.from(raw, "base64"),
  };
}
