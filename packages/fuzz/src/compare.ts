import { canonical, foreignIn } from "./foreign.js";
import type { Message, Readings } from "./message.js";
import { pinOf } from "./pins.js";
import type { Readers } from "./readers/readers.js";
import { refusal } from "./verdict.js";

/** What one message told. */
export interface Finding {
  readonly message: Message;
  /** The code with which it was refused. */
  readonly code: string | undefined;
  /** What readers show of it; undefined where they were not asked. */
  readonly readings: Readings | undefined;
  /** The first reader that shows a foreign address, and no pinned fault explains it. */
  readonly stray: { readonly reader: string; readonly address: string } | undefined;
  /** Pinned faults that showed. */
  readonly pins: readonly string[];
}

/** Judges messages by the header rule, and asks every reader about those that it lets through, or that `isSampled` picks. */
export async function compareAll(
  messages: readonly Message[],
  readers: Readers,
  isSampled: (index: number) => boolean,
): Promise<readonly Finding[]> {
  const codes = await Promise.all(messages.map(refusal));
  const asked = messages.filter((_, index) => codes[index] === undefined || isSampled(index));
  const shown = await readers.read(asked.map(({ raw }) => raw));
  const readings = new Map(asked.map((message, index) => [message, shown[index]]));
  return messages.map((message, index) => {
    const read = readings.get(message);
    return { message, code: codes[index], readings: read, ...judge(message, read ?? {}) };
  });
}

/** {@link compareAll} of one message, which every reader sees. */
export async function compare(message: Message, readers: Readers): Promise<Finding> {
  const [finding] = await compareAll([message], readers, () => true);
  return finding!;
}

function judge({ raw, owned }: Message, readings: Readings): Pick<Finding, "stray" | "pins"> {
  const own = new Set(owned.map(canonical));
  const pins = new Set<string>();
  let stray: Finding["stray"];
  for (const [reader, shown] of Object.entries(readings)) {
    for (const address of shown === undefined ? [] : foreignIn(shown, own)) {
      const pin = pinOf(reader, address, raw, own);
      if (pin === undefined) stray ??= { reader, address };
      else pins.add(pin);
    }
  }
  return { stray, pins: [...pins] };
}
