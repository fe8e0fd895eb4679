import {
  createMilterSession,
  decodeAnswer,
  type Frame,
  FrameReader,
  type MilterHandler,
  type SessionEvent,
} from "../../src/index.js";

/** What is heard of an answer: the text of a reply, else the kind. */
const wordOf = (frame: Frame): string => {
  const read = decodeAnswer(frame);
  if (!read.ok) return read.fault;
  return read.value.kind === "reply" ? read.value.text : read.value.kind;
};

/** An MTA in conversation with a handler: what it says, and what it hears then, a word each answer. */
export function talk(handler: MilterHandler, heardAs: (frame: Frame) => string = wordOf) {
  const words: string[] = [];
  const events: SessionEvent[] = [];
  const reader = new FrameReader();
  const session = createMilterSession({
    handler: () => handler,
    send: (octets) => {
      reader.push(octets, (frame) => words.push(heardAs(frame)));
    },
    onClose: () => words.push("close"),
    onEvent: (event) => events.push(event),
  });
  return {
    session,
    events,
    say: (...frames: Buffer[]) => {
      for (const frame of frames) session.receive(frame);
      return words.splice(0);
    },
    heard: () => words.splice(0),
  };
}
