import type { Random } from "../random.js";
import { frameOf } from "./octets.js";
import { u32 } from "./outcome.js";

/** What an MTA may offer or a filter ask for. */
const ACTIONS = [0x1ff, 0x1ff, 0x3f, 0x11, 0, 0xffffffff] as const;
const STEPS = [0x1fffff, 0x1fffff, 0x301fffff, 0x101fffff, 0x7f, 0, 0xffffffff] as const;
const VERSIONS = [6, 6, 6, 6, 2, 3, 4, 5, 99] as const;

/** The no-reply bits that are asked for: none, some, or all. */
export function stepsWanted(random: Random): number {
  return random.pick([0, 0x400, 0xff080, 0x1fffff, 0x30000400, random.u32() & 0x1ff480, random.u32() & 0x301ff480]);
}

const NAMES = [
  "From",
  "from",
  "FROM",
  "Sender",
  "Reply-To",
  "Resent-From",
  "Subject",
  "X-Nth",
  "DKIM-Signature",
] as const;
const ADDRESSES = [
  "ann@corp.example",
  "eve@corp.example",
  "ceo@corp.example",
  "ann",
  "",
  "@corp.example",
  "ann@[192.0.2.1]",
  '"a b"@corp.example',
  "@hop.example:ann@corp.example",
  "100%s@%n.example",
  "j\xf6rg@corp.example",
  "j\xc3\xb6rg@corp.example",
  "ann@corp.example\r\n250 forged",
  "\x1b[2J@corp.example",
] as const;
const TEXTS = ["client.example", "localhost", "[192.0.2.1]", "a%sb", "\x07bell", "\xff\xfe", "line\r\nbreak"] as const;

/** The frames of one connection: most of it as an MTA speaks, some of it not. */
export function dialogue(random: Random): readonly Buffer[] {
  const frames: Buffer[] = [];
  if (!random.once(60)) frames.push(offer(random));
  const clients = 1 + (random.once(6) ? 1 : 0);
  for (let client = 0; client < clients; client++) {
    frames.push(...connection(random));
    if (client + 1 < clients) frames.push(frameOf("K"));
  }
  if (!random.once(4)) frames.push(frameOf("Q"));
  if (random.once(30)) frames.push(...message(random));
  const noise = random.pick([15, 200, 1_000]);
  return frames.flatMap((frame) => (random.once(noise) ? disturbed(frame, random) : [frame]));
}

function offer(random: Random): Buffer {
  const version = random.once(50) ? random.below(2) : random.pick(VERSIONS);
  const more = random.once(30) ? [random.octets(random.below(9))] : [];
  return frameOf("O", u32(version), u32(random.pick(ACTIONS)), u32(random.pick(STEPS)), ...more);
}

function connection(random: Random): readonly Buffer[] {
  const isLocal = random.once(4);
  const frames: Buffer[] = [];
  if (!random.once(20)) frames.push(macros("C", { j: "mx.example", "{daemon_name}": "mx" }), connect(random, isLocal));
  if (!random.once(10)) frames.push(frameOf("D", "H"), frameOf("H", `${isLocal ? "localhost" : random.pick(TEXTS)}\0`));
  const messages = 1 + random.below(8);
  for (let nth = 0; nth < messages; nth++) frames.push(...message(random, isLocal));
  return frames;
}

function connect(random: Random, isLocal: boolean): Buffer {
  if (isLocal) return frameOf("C", "localhost\x004\0\x00127.0.0.1\0");
  const [family, address] = random.pick([
    ["4", "192.0.2.1"],
    ["6", "2001:db8::25"],
    ["6", "IPv6:2001:db8::25"],
    ["4", "nowhere"],
    ["L", "/run/mta"],
  ] as const);
  if (random.once(10)) return frameOf("C", "unknown\0U");
  return frameOf("C", `${random.pick(TEXTS)}\0${family}`, random.octets(2), `${address}\0`);
}

function message(random: Random, isLocal = false): readonly Buffer[] {
  const bracket = (text: string) => (isLocal || random.once(30) ? text : `<${text}>`);
  const path = () => bracket(random.pick(ADDRESSES));
  const frames: Buffer[] = [];
  if (!random.once(3))
    frames.push(macros("M", { i: "4F00", "{auth_authen}": random.pick(["ann", "eve", "", "j\xf6rg"]) }));
  frames.push(frameOf("M", `${path()}\0`, random.once(3) ? "SIZE=500\0BODY=8BITMIME\0" : ""));
  for (let nth = random.below(4); nth > 0; nth--) frames.push(macros("R", { i: "4F00" }), frameOf("R", `${path()}\0`));
  if (random.once(6)) return [...frames, ...aborts(random)];
  if (!random.once(3)) frames.push(macros("T", { i: "4F00" }), frameOf("T"));
  for (let nth = random.below(7); nth > 0; nth--) frames.push(macros("L", { i: "4F00" }), header(random));
  frames.push(frameOf("N"));
  if (random.once(10)) frames.push(frameOf("U", `${random.pick(TEXTS)}\0`));
  for (let nth = random.below(3); nth > 0; nth--) frames.push(frameOf("B", body(random)));
  if (random.once(25)) return [...frames, ...aborts(random)];
  frames.push(macros("E", { i: "4F00" }), frameOf("E", random.once(10) ? body(random) : ""));
  return [...frames, ...aborts(random)];
}

function aborts(random: Random): readonly Buffer[] {
  return Array.from({ length: random.below(3) }, () => frameOf("A"));
}

function header(random: Random): Buffer {
  const address = random.pick(ADDRESSES).replaceAll("\0", "");
  const value = random.pick([
    ` ${address}`,
    ` Ann <${address}>`,
    ` "${address}" <ann@corp.example>`,
    `\n <${address}>`,
    ` ${address}, ann@corp.example`,
    ` group: ${address};`,
    "",
  ]);
  const long = random.once(2_000) ? "x".repeat(random.pick([1_000, 102_400, 0xffff0])) : "";
  return frameOf("L", `${random.pick(NAMES)}\0${value}${long}\0`);
}

function body(random: Random): Buffer {
  const size = random.once(150) ? random.pick([0xffff, 0x10000, 0x3ffff, 0x40000, 0xfffff]) : random.below(40);
  return size > 40 ? Buffer.alloc(size, 0x78) : random.octets(size);
}

function macros(stage: string, values: Readonly<Record<string, string>>): Buffer {
  return frameOf("D", stage, ...Object.entries(values).map(([name, value]) => `${name}\0${value}\0`));
}

/** What stands where a frame should: octets changed, lost or added, another frame, a length that lies, another protocol. */
function disturbed(frame: Buffer, random: Random): readonly Buffer[] {
  switch (random.below(11)) {
    case 0: {
      const changed = Buffer.from(frame);
      const at = random.below(changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
      return [changed];
    }
    case 1:
      return [frame.subarray(0, random.below(frame.length))];
    case 2:
      return [frame, frame];
    case 3:
      return [];
    case 4:
      return [frameOf(random.pick([..."ODCHMRTULNBEAQK"] as [string, ...string[]]), random.octets(random.below(20)))];
    case 5:
      return [frameOf(String.fromCharCode(random.below(256)), random.octets(random.below(6)))];
    case 6:
      return [u32(random.pick([0, 0xffffffff, 0x40000000, 0x100001, random.u32()])), frame];
    case 7:
      return [Buffer.from(random.pick(["GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\0", "220 mx ESMTP\r\n"]), "latin1")];
    case 8:
      return [frame, frameOf("A")];
    case 9:
      return [frameOf(frame.toString("latin1", 4, 5), frame.subarray(5), "\0")];
    default:
      return [frame, frameOf("D", random.octets(1 + random.below(12)))];
  }
}
