import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type Message, OWNED, octetsOf } from "./message.js";
import { piece } from "./pieces.js";

/** What is mutated where no corpus is at hand: one message for each way in which readers were led astray. */
const OWN_SEEDS: readonly Message[] = [
  "From: Alice <alice@example.com>",
  "From: alice@example.com (Alice (of Example))",
  'From: "Alice, B." <alice@example.com>, press@example.com\r\nSender: press@example.com',
  "From: =?utf-8?B?QWxpY2U=?= =?utf-8?Q?_B?= <alice@example.com>",
  "From: Board: alice@example.com, press@example.com;",
  'From: "alice"@example.com',
  "From: alice (c) @ (d) example (e) . com",
  "Received: from x by y\r\nFrom:\r\n Alice\r\n <alice@example.com>\r\nSubject: hello",
  "From: <alice@bücher.example>\r\nResent-From: press@example.com",
  "From: alice@example.com\r\nFrom: ceo@bank.example",
  "From: <@example.com,@bank.example:alice@example.com>",
  'From: "ceo@bank.example" <alice@example.com>',
].map((header) => ({ raw: octetsOf(`${header}\r\n\r\nhello\r\n`), owned: OWNED, isHonest: false }));

interface CorpusCase {
  readonly owned: readonly string[];
  readonly raw: string;
}

/** Longer ones are about limits, and would take the time of many others. */
const MAX_SEED_OCTETS = 4_096;

/** The messages of a header corpus, with the seeds that stand here; these alone where there is no such folder. */
export function seedMessages(folder: string): readonly Message[] {
  let files: readonly string[];
  try {
    files = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort();
  } catch {
    return OWN_SEEDS;
  }
  const cases = files.flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as readonly CorpusCase[]);
  const messages = cases.map(({ owned, raw }) => ({ raw: Buffer.from(raw, "base64"), owned, isHonest: false }));
  return [...OWN_SEEDS, ...messages.filter(({ raw }) => raw.length <= MAX_SEED_OCTETS)];
}

type Edit = (raw: Uint8Array) => Uint8Array;

/** Messages of `seeds` with one to four edits in their header: octets lost, doubled, changed or moved, and pieces put in. */
export function mutatedMessage(seeds: readonly Message[]): fc.Arbitrary<Message> {
  const place = fc.nat();
  const length = fc.integer({ min: 1, max: 12 });
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.tuple(place, length).map(([at, size]) => splice(at, size, () => [])),
    fc.tuple(place, length).map(([at, size]) => splice(at, size, (cut) => [...cut, ...cut])),
    fc.tuple(place, length).map(([at, size]) => splice(at, size, (cut) => [...cut].reverse())),
    fc.tuple(place, fc.nat({ max: 255 })).map(([at, octet]) => splice(at, 1, () => [octet])),
    fc.tuple(place, piece).map(([at, part]) => splice(at, 0, () => octetsOf(part))),
    fc.tuple(place, fc.constantFrom(...seeds), place, length).map(([at, { raw }, from, size]) => {
      const start = from % raw.length;
      return splice(at, 0, () => raw.subarray(start, start + 2 * size));
    }),
  );
  return fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 })).map(([seed, edits]) => ({
    ...seed,
    raw: edits.reduce((raw, change) => change(raw), seed.raw),
  }));
}

/** Puts something in place of `size` octets at a place of the header. */
function splice(at: number, size: number, by: (cut: Uint8Array) => Iterable<number>): Edit {
  return (raw) => {
    const end = Buffer.from(raw).indexOf("\r\n\r\n");
    const start = at % ((end < 0 ? raw.length : end) + 1);
    return Uint8Array.from([
      ...raw.subarray(0, start),
      ...by(raw.subarray(start, start + size)),
      ...raw.subarray(start + size),
    ]);
  };
}
