import { type EventKind, isMessageEvent } from "./events.js";
import type { MilterVerdict } from "./handler.js";

/** Refusals of events without an answer: each answers the next events that are owed one, of the message or of the client. */
export class HeldRefusals {
  #ofClient: MilterVerdict | undefined;
  #ofMessage: MilterVerdict | undefined;

  /** Keeps the first refusal of the message, or of the client; an unknown command refuses nothing. */
  hold(kind: EventKind, refusal: MilterVerdict): void {
    if (isMessageEvent(kind)) this.#ofMessage ??= refusal;
    else if (kind !== "unknown") this.#ofClient ??= refusal;
  }

  /** What already answers an event. */
  answering(kind: EventKind): MilterVerdict | undefined {
    const refusal = this.#ofClient ?? this.#ofMessage;
    return refusal !== undefined && isMessageEvent(kind) ? refusal : undefined;
  }

  forgetMessage(): void {
    this.#ofMessage = undefined;
  }

  forgetClient(): void {
    this.#ofClient = undefined;
  }
}
