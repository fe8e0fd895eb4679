import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { quartiles } from "../quartiles.js";
import { messageOf, SmtpSubject } from "./subject.js";

/** What is sent: octets, and how often in a round. */
const SIZES: readonly Size[] = [
  { name: "2 kB", octets: 2_000, times: 200, warmUps: 10 },
  { name: "10 MB", octets: 10_000_000, times: 1, warmUps: 3 },
];

interface Size {
  readonly name: string;
  readonly octets: number;
  /** Messages in a turn: few, so that what else the machine does falls on both alike. */
  readonly times: number;
  /** Rounds that are not counted. */
  readonly warmUps: number;
}

/** Ten times as large: memory must not follow. */
const LARGE: Size = { name: "100 MB", octets: 100_000_000, times: 1, warmUps: 0 };

type Subjects = Readonly<Record<"bare" | "guarded", SmtpSubject>>;

/** Measures smtp-server with the guard and without it, in turns; the figures are each process's own CPU. */
export async function benchSmtpServer(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: "string", default: "41" } } });
  const rounds = Number(values.rounds);
  console.log(
    `smtp-server with the guard and without, ${rounds} rounds in turns; load of the machine ${loadavg()[0]?.toFixed(1)}`,
  );
  const subjects: Subjects = { bare: await SmtpSubject.start("bare"), guarded: await SmtpSubject.start("guarded") };
  try {
    for (const size of SIZES) console.log(await compare(subjects, size, rounds));
    await compare(subjects, LARGE, 1);
    console.log(`after ${LARGE.name} a message: ${await peaks(subjects)}`);
  } finally {
    for (const subject of Object.values(subjects)) await subject.stop();
  }
}

async function compare(
  { bare, guarded }: Subjects,
  { name, octets, times, warmUps }: Size,
  rounds: number,
): Promise<string> {
  const message = messageOf(octets);
  const pairs: { readonly without: number; readonly more: number }[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    // Who is second finds another machine: that falls on both by turns.
    const first = round % 2 === 0 ? await cpuOf(bare, message, times) : 0;
    const withGuard = await cpuOf(guarded, message, times);
    const without = round % 2 === 0 ? first : await cpuOf(bare, message, times);
    if (round >= 0) pairs.push({ without, more: withGuard - without });
  }
  const without = quartiles(pairs.map((pair) => pair.without)).median;
  const more = quartiles(pairs.map((pair) => pair.more));
  const percent = (100 * more.median) / without;
  const spread = `${more.low.toFixed(1)} to ${more.high.toFixed(1)}`;
  return `${name}: ${without.toFixed(0)} us of CPU a message, with the guard ${more.median.toFixed(1)} us more (quartiles ${spread}), ${percent.toFixed(1)} %; ${await peaks({ bare, guarded })}`;
}

/** Microseconds a message. */
async function cpuOf(subject: SmtpSubject, message: Buffer, times: number): Promise<number> {
  const before = await subject.usage();
  await subject.send(message, times);
  return ((await subject.usage()).cpuMicros - before.cpuMicros) / times;
}

async function peaks({ bare, guarded }: Subjects): Promise<string> {
  const [without, withGuard] = [await bare.usage(), await guarded.usage()];
  return `peak RSS ${without.peakMegabytes.toFixed(0)} MB, with the guard ${withGuard.peakMegabytes.toFixed(0)} MB`;
}
