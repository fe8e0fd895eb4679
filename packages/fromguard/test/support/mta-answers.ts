import { once } from "node:events";
import { connect } from "node:net";
import { type Command, decodeAnswer, encodeCommand, encodeFrame, FrameReader } from "@fromguard/milter";

const ALL_ACTIONS = 0x1ff;

/** A message, as an MTA shows it to a milter. */
export interface Shown {
  readonly login: string;
  readonly envelopeFrom: string;
  readonly from: string;
}

/**
 * All that a milter on a TCP port answers from MAIL on: the kinds of its edits and verdicts, a reply as its text. The MTA stops at the first
 * that is not `continue`.
 */
export async function mtaAnswers(address: string, { login, envelopeFrom, from }: Shown): Promise<readonly string[]> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect({ host: hostname, port: Number(port) });
  const reader = new FrameReader();
  const waiting: string[] = [];
  socket.on("data", (octets) => {
    reader.push(octets, (frame) => {
      const read = decodeAnswer(frame);
      waiting.push(!read.ok ? read.fault : read.value.kind === "reply" ? read.value.text : read.value.kind);
    });
  });
  await once(socket, "connect");
  /** The edits and the verdict that answer a frame. */
  const ask = async (...frames: readonly Buffer[]) => {
    socket.write(Buffer.concat(frames));
    while (!waiting.some((kind) => !EDITS.includes(kind))) await once(socket, "data");
    return waiting.splice(0);
  };
  const command = (given: Command) => encodeCommand(given);
  await ask(command({ kind: "negotiate", version: 6, actions: ALL_ACTIONS, steps: 0 }));
  const macros = encodeFrame("D", `M{auth_authen}\0${login}\0`);
  const steps = [
    [macros, command({ kind: "mail", sender: `<${envelopeFrom}>`, args: [] })],
    [command({ kind: "header", name: "From", value: Buffer.from(from) })],
    [command({ kind: "eoh" })],
    [command({ kind: "eom", chunk: Buffer.alloc(0) })],
  ];
  const answered: string[] = [];
  for (const frames of steps) {
    const answers = await ask(...frames);
    if (answers.join() === "continue") continue;
    answered.push(...answers);
    break;
  }
  socket.destroy();
  return answered;
}

const EDITS: readonly string[] = [
  "add-header",
  "insert-header",
  "change-header",
  "quarantine",
  "change-from",
  "progress",
];
