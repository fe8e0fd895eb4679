import fc from "fast-check";
import { compare, type Finding, foreignShown } from "./compare.js";
import { honestMessage } from "./honest.js";
import { hostileMessage } from "./hostile.js";
import type { Message } from "./message.js";
import { mutatedMessage, seedMessages } from "./mutated.js";
import { startPython } from "./readers/python.js";
import { shrink } from "./shrink.js";

/** What a worker is to do: every `step`th batch of a seed from `first` on, for so long or so many. */
export interface Task {
  readonly seed: number;
  readonly first: number;
  readonly step: number;
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
export interface Example {
  readonly batch: number;
  readonly what: string;
  readonly raw: string;
}

const BATCH = 200;
/** One of so many refused messages is shown to the readers too, to tell how often there was something to refuse. */
const SAMPLE = 50;
const MAX_EXAMPLES = 20;

process.once("message", async (task: Task) => {
  process.send?.(await run(task));
  process.disconnect();
});

async function run({ seed, first, step, milliseconds, corpus }: Task): Promise<Tally> {
  const arbitrary = fc.oneof(
    { weight: 2, arbitrary: honestMessage },
    { weight: 4, arbitrary: hostileMessage },
    { weight: 4, arbitrary: mutatedMessage(seedMessages(corpus)) },
  );
  const python = startPython();
  const counts: Record<string, number> = {};
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const examples: Example[] = [];
  const seen = new Set<string>();
  const end = performance.now() + milliseconds;
  let messages = 0;
  for (let batch = first; performance.now() < end; batch += step) {
    for (const message of fc.sample(arbitrary, { seed: (seed + batch * 0x9e3779b1) | 0, numRuns: BATCH })) {
      const finding = await compare(message, python);
      messages++;
      count(finding.kind === "pinned" ? `pinned: ${finding.pin}` : finding.kind);
      if (finding.kind === "refused" && messages % SAMPLE === 0) {
        count("refused, sampled");
        if ((await foreignShown(message, python)).length > 0)
          count("refused, sampled, and shown as foreign by a reader");
      }
      const what = tell(finding);
      if (what === undefined || seen.has(what) || examples.length >= MAX_EXAMPLES) continue;
      seen.add(what);
      examples.push({
        batch,
        what: finding.kind === "shown" ? `${what}: ${finding.address}` : what,
        raw: Buffer.from(await small(message, finding, python)).toString("base64"),
      });
    }
  }
  python.close();
  return { messages, counts, examples };
}

function small(message: Message, finding: Finding, python: ReturnType<typeof startPython>): Promise<Uint8Array> {
  if (finding.kind === "refused-honest") return Promise.resolve(message.raw);
  return shrink(message.raw, async (raw) => tell(await compare({ ...message, raw }, python)) === tell(finding));
}

/** What is wrong, by its kind; undefined where nothing is. */
function tell(finding: Finding): string | undefined {
  if (finding.kind === "refused-honest") return `honest mail is refused with ${finding.code}`;
  return finding.kind === "shown" ? `${finding.reader} shows a foreign address` : undefined;
}
