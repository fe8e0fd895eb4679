import { readdirSync, readFileSync } from "node:fs";
import type { MilterEdit, MilterHandler, MilterOutcome, MilterVerdict } from "../src/index.js";
import { EDIT_ACTIONS, encodeFrame, type Frame, FrameReader, type Negotiated } from "../src/index.js";

const FOLDERS = ["milter", "sendmail"].map((name) => new URL(`./vectors/${name}/`, import.meta.url));

type Word = "continue" | "accept" | "reject" | "tempfail" | "discard" | "skip" | "noreply";
type Operation = readonly [name: string, ...args: (string | number)[]];
type Step = Word | { do?: Operation[]; ret?: Word } | { seq: Step[] };

export interface Script {
  actions?: number;
  steps?: number;
  symlist?: Record<string, string>;
  neg?: [version: number, actions: number, steps: number];
  on?: Record<string, Step>;
}

export interface Recording {
  name: string;
  filter: string;
  filter_script: Script;
  connections: { frames: [direction: string, hex: string][] }[];
}

export interface Malformed {
  name: string;
  expect: string;
  input: string[];
  libmilter_answers: string[];
}

function files(): (Recording | Malformed)[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8"))),
  );
}

export const recordings = files().filter((file): file is Recording => "connections" in file);
export const malformed = files().filter((file): file is Malformed => "input" in file);

export function octets(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}

/** The one frame in some octets. */
export function frameOf(whole: Uint8Array): Frame {
  const frames: Frame[] = [];
  const fault = new FrameReader().push(whole, (frame) => frames.push(frame));
  if (fault !== undefined || frames.length !== 1) throw new Error(fault ?? `${frames.length} frames`);
  return frames[0] as Frame;
}

/** A handler that does what a libmilter script says. */
export function scripted(script: Script): MilterHandler {
  const calls = new Map<string, number>();
  let negotiated: Negotiated | undefined;
  const act = (event: string): MilterOutcome => {
    let step: Step = script.on?.[event] ?? "continue";
    if (typeof step === "object" && "seq" in step) {
      const call = calls.get(event) ?? 0;
      calls.set(event, call + 1);
      step = step.seq[Math.min(call, step.seq.length - 1)] ?? "continue";
    }
    if (typeof step === "object" && "seq" in step) throw new Error("a sequence within a sequence");
    return typeof step === "string" ? { verdict: wordOf(step) } : perform(step, event, negotiated?.actions ?? 0);
  };
  const only = (event: string) => act(event).verdict;
  return {
    negotiate: (offer) => {
      const wanted = { actions: script.actions ?? offer.actions, steps: script.steps ?? 0 };
      negotiated = { ...offer, actions: wanted.actions & offer.actions };
      return {
        ...wanted,
        macros: Object.entries(script.symlist ?? {}).map(([stage, names]) => [Number(stage), names] as const),
      };
    },
    connect: () => only("connect"),
    helo: () => only("helo"),
    mail: () => only("mail"),
    rcpt: () => only("rcpt"),
    data: () => only("data"),
    unknown: () => only("unknown"),
    header: () => only("header"),
    eoh: () => only("eoh"),
    body: () => only("body"),
    eom: () => act("eom"),
  };
}

function wordOf(word: Word): MilterVerdict {
  return word === "noreply" ? "continue" : word;
}

function perform(step: { do?: Operation[]; ret?: Word }, event: string, actions: number): MilterOutcome {
  const word = step.ret ?? "continue";
  let verdict = wordOf(word);
  const edits: (MilterEdit | { kind: "progress" })[] = [];
  for (const [name, ...args] of step.do ?? []) {
    if (name === "setreply") {
      const [code, dsn, ...lines] = args.map(String);
      const isLast = (index: number) => index === lines.length - 1;
      const reply = lines.map((line, index) => `${code}${isLast(index) ? " " : "-"}${dsn} ${line}`).join("\r\n");
      if ((word === "reject" && code?.[0] === "5") || (word === "tempfail" && code?.[0] === "4")) verdict = { reply };
    } else if (event === "eom") {
      edits.push(
        ...editsOf(name, args).filter((edit) => edit.kind === "progress" || actions & EDIT_ACTIONS[edit.kind]),
      );
    }
  }
  return { verdict, edits };
}

function editsOf(operation: string, args: (string | number)[]): (MilterEdit | { kind: "progress" })[] {
  const text = (index: number) => Buffer.from(String(args[index])).toString("latin1");
  const rest = args.length > 1 ? { args: text(1) } : {};
  switch (operation) {
    case "addheader":
      return args.length > 2
        ? [{ kind: "insert-header", index: Number(args[2]), name: text(0), value: text(1) }]
        : [{ kind: "add-header", name: text(0), value: text(1) }];
    case "chgheader":
      return [{ kind: "change-header", name: text(0), index: Number(args[1]), value: text(2) }];
    case "chgfrom":
      return [{ kind: "change-sender", address: text(0), ...rest }];
    case "addrcpt":
      return [{ kind: args.length > 1 ? "add-recipient-with-arguments" : "add-recipient", address: text(0), ...rest }];
    case "delrcpt":
      return [{ kind: "delete-recipient", address: text(0) }];
    case "replacebody":
      return [{ kind: "replace-body", chunk: Buffer.from(text(0), "latin1") }];
    case "quarantine":
      return [{ kind: "quarantine", reason: text(0) }];
    case "progress":
      return [{ kind: "progress" }];
    default:
      throw new Error(`unknown operation ${operation}`);
  }
}

/** Frames of an MTA, for tests that speak as one. */
export const mta = {
  offer: (version = 6, actions = 0x1ff, steps = 0x1fffff) => encodeFrame("O", u32(version), u32(actions), u32(steps)),
  connect: (address = "192.0.2.1", port = 25_000, name = "host.example") =>
    encodeFrame(
      "C",
      `${name}\0`,
      address.includes(":") ? "6" : "4",
      Buffer.from([port >> 8, port & 255]),
      `${address}\0`,
    ),
  helo: (name = "client.example") => encodeFrame("H", `${name}\0`),
  macros: (stage: string, macros: Record<string, string>) =>
    encodeFrame(
      "D",
      stage,
      Object.entries(macros)
        .map(([name, value]) => `${name}\0${value}\0`)
        .join(""),
    ),
  mail: (sender: string) => encodeFrame("M", `${sender}\0`),
  rcpt: (recipient: string) => encodeFrame("R", `${recipient}\0`),
  header: (name: string, value: string) => encodeFrame("L", `${name}\0${value}\0`),
  data: () => encodeFrame("T"),
  eoh: () => encodeFrame("N"),
  body: (text: string) => encodeFrame("B", text),
  eom: () => encodeFrame("E"),
  abort: () => encodeFrame("A"),
  quit: () => encodeFrame("Q"),
  quitNc: () => encodeFrame("K"),
};

function u32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}
