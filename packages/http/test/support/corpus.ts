import { readFileSync } from "node:fs";

/** One message of the corpus of header originators; `shared/corpus/header-from/README.md` has the format. */
export interface CorpusMessage {
  readonly id: string;
  readonly description: string;
  readonly login: string;
  readonly owned: readonly string[];
  readonly envelopeFrom: string;
  /** Base64 of the octets. */
  readonly raw: string;
}

const FOLDER = new URL("../../../core/test/vectors/header-from/", import.meta.url);

/** Every message of it: 156. */
export const corpus = ["attacks", "legitimate"].flatMap(
  (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as CorpusMessage[],
);
