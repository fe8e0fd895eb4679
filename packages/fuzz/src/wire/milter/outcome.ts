import { TRY_LATER } from "@fromguard/core";
import type { MilterOutcome, MilterVerdict } from "@fromguard/milter";
import { frameOf, type Terms } from "./octets.js";

/** What a handler answered: an outcome, or `failure` for what it threw and what cannot be said. */
export type Made = { readonly says: MilterVerdict | MilterOutcome; readonly isBroken: boolean };

/** An answer as the MTA must hear it. */
export interface Answer {
  readonly frames: readonly string[];
  readonly word: string;
}

const FAILED: Answer = {
  frames: [wire("y", `${TRY_LATER.code} ${TRY_LATER.enhanced} ${TRY_LATER.text}\0`)],
  word: "reply",
};

const VERDICTS: Readonly<Record<string, string>> = {
  continue: "c",
  accept: "a",
  reject: "r",
  tempfail: "t",
  discard: "d",
  skip: "s",
};

const SKIP = 0x400;
const CHUNK = 0xffff;

type Edit = NonNullable<MilterOutcome["edits"]>[number];

/** What must be heard of an outcome that answers an event. */
export function answerOf(command: string, { says, isBroken }: Made, { actions, steps }: Terms): Answer {
  if (isBroken) return FAILED;
  const { verdict, edits = [] } = typeof says === "object" && "verdict" in says ? says : { verdict: says };
  if (verdict === "discard" && "CH".includes(command)) return FAILED;
  if (edits.some((edit) => (bitOf(edit) & actions) !== bitOf(edit))) return FAILED;
  const said =
    typeof verdict === "object"
      ? { word: "reply", frame: wire("y", `${verdict.reply}\0`) }
      : { word: verdict, frame: wire(verdict === "skip" && !(steps & SKIP) ? "c" : (VERDICTS[verdict] ?? "?")) };
  return { frames: [...edits.flatMap(framesOf), said.frame], word: said.word };
}

/** Whether an answer keeps a message from being delivered. */
export function isRefusal({ word }: Answer): boolean {
  return ["reply", "reject", "tempfail", "discard"].includes(word);
}

/** Whether nothing but ABORT or another MAIL may come behind an answer. */
export function isFinal(command: string, { word }: Answer): boolean {
  if (command === "E") return true;
  if (word === "continue" || word === "skip") return false;
  return !"RT".includes(command) || word === "accept" || word === "discard";
}

function wire(command: string, ...parts: readonly (string | Buffer)[]): string {
  return frameOf(command, ...parts).toString("latin1");
}

function bitOf({ kind }: Edit): number {
  switch (kind) {
    case "add-header":
    case "insert-header":
      return 0x1;
    case "replace-body":
      return 0x2;
    case "add-recipient":
      return 0x4;
    case "delete-recipient":
      return 0x8;
    case "change-header":
      return 0x10;
    case "quarantine":
      return 0x20;
    case "change-sender":
      return 0x40;
    case "add-recipient-with-arguments":
      return 0x80;
    case "progress":
      return 0;
  }
}

function framesOf(edit: Edit): readonly string[] {
  switch (edit.kind) {
    case "add-header":
      return [wire("h", `${edit.name}\0${edit.value}\0`)];
    case "insert-header":
    case "change-header":
      return [wire(edit.kind === "insert-header" ? "i" : "m", u32(edit.index), `${edit.name}\0${edit.value}\0`)];
    case "replace-body":
      return chunksOf(Buffer.from(edit.chunk)).map((chunk) => wire("b", chunk));
    case "add-recipient":
      return [wire("+", `${edit.address}\0`)];
    case "delete-recipient":
      return [wire("-", `${edit.address}\0`)];
    case "quarantine":
      return [wire("q", `${edit.reason}\0`)];
    case "change-sender":
    case "add-recipient-with-arguments":
      return [
        wire(
          edit.kind === "change-sender" ? "e" : "2",
          `${edit.address}\0${edit.args === undefined ? "" : `${edit.args}\0`}`,
        ),
      ];
    case "progress":
      return [wire("p")];
  }
}

function chunksOf(body: Buffer): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at === 0 || at < body.length; at += CHUNK) chunks.push(body.subarray(at, at + CHUNK));
  return chunks;
}

/** A number of four octets. */
export function u32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}
