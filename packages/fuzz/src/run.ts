import fc from "fast-check";
import { compare, compareAll, type Finding } from "./compare.js";
import { honestMessage } from "./honest.js";
import { hostileMessage } from "./hostile.js";
import { mutatedMessage, seedMessages } from "./mutated.js";
import { type Readers, startReaders } from "./readers/readers.js";
import { shrink } from "./shrink.js";

/** What a worker is to do: every `step`th batch of a seed from `first` on, up to so many batches in all or so long. */
export interface Task {
  readonly seed: number;
  readonly first: number;
  readonly step: number;
  readonly batches: number;
  readonly milliseconds: number;
  readonly corpus: string;
}

/** Messages of one kind of finding, and how many. */
export interface Tally {
  readonly messages: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly examples: readonly Example[];
}

/** A message on which the rule is wrong, as small as it could be made. */
interface Example {
  readonly batch: number;
  readonly what: string;
  readonly raw: string;
}

/** Messages that are made, judged and sent to readers at once. */
export const BATCH = 200;

/** One of so many messages is shown to the readers though it is refused, to tell how often there was something to refuse. */
const SAMPLE = 50;
const MAX_EXAMPLES = 20;

/** Works on a task, and tells what came of it. Rejects where a reader is dead. */
export async function run(
  { seed, first, step, batches, milliseconds, corpus }: Task,
  readers: Readers = startReaders(),
): Promise<Tally> {
  const arbitrary = fc.oneof(
    { weight: 2, arbitrary: honestMessage },
    { weight: 4, arbitrary: hostileMessage },
    { weight: 4, arbitrary: mutatedMessage(seedMessages(corpus)) },
  );
  const counts: Record<string, number> = Object.fromEntries(readers.names.map((name) => [`read by ${name}`, 0]));
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const examples: Example[] = [];
  const seen = new Set<string>();
  const end = performance.now() + milliseconds;
  let messages = 0;
  for (let batch = first; batch < batches && performance.now() < end; batch += step) {
    const made = fc.sample(arbitrary, { seed: (seed + batch * 0x9e3779b1) | 0, numRuns: BATCH });
    for (const finding of await compareAll(made, readers, (index) => index % SAMPLE === 0)) {
      messages++;
      tally(finding, count);
      const what = faultOf(finding);
      if (what === undefined || seen.has(what) || examples.length >= MAX_EXAMPLES) continue;
      seen.add(what);
      examples.push({ batch, ...(await exampleOf(finding, what, readers)) });
    }
  }
  readers.close();
  return { messages, counts, examples };
}

function tally({ code, readings, stray, pins }: Finding, count: (name: string) => void): void {
  count(code === undefined ? "accepted" : "refused");
  for (const [reader, shown] of Object.entries(readings ?? {})) {
    if (shown === undefined) count(`given up by ${reader}`);
    else if (shown.addresses.length > 0) count(`read by ${reader}`);
  }
  if (code === undefined) for (const pin of pins) count(`accepted, pinned: ${pin}`);
  else if (readings !== undefined) {
    count("refused, sampled");
    if (stray !== undefined) count("refused, sampled, shown as foreign by a reader");
  }
}

/** What is wrong, by its kind; undefined where nothing is. */
function faultOf({ message, code, stray }: Finding): string | undefined {
  if (code !== undefined) return message.isHonest ? `honest mail is refused with ${code}` : undefined;
  return stray === undefined ? undefined : `${stray.reader} shows a foreign address`;
}

async function exampleOf({ message }: Finding, what: string, readers: Readers): Promise<Omit<Example, "batch">> {
  const isStill = async (raw: Uint8Array) => faultOf(await compare({ ...message, raw }, readers)) === what;
  // Less of an honest message need not be honest.
  const raw = message.isHonest && what.startsWith("honest") ? message.raw : await shrink(message.raw, isStill);
  const { stray } = await compare({ ...message, raw }, readers);
  return {
    what: stray === undefined ? what : `${what}: ${stray.address}`,
    raw: Buffer.from(raw).toString("base64"),
  };
}
