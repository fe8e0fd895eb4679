import { corpora } from "../../../core/test/support/header-from.js";
import type { Play } from "./transactions.js";

const messages = [
  ...new Map(corpora.flat().map((message) => [`${message.id} ${message.raw}`, message] as const)).values(),
];

/** The messages of the corpora of header originators. Every message has a login of its own, since the same login owns other addresses elsewhere. */
export const CORPUS: Play = {
  transactions: messages.map(({ id, envelopeFrom, raw, headersMilter: fields }, index) => ({
    id,
    login: `login${index}`,
    envelopeFrom,
    octets: Buffer.from(raw, "base64"),
    ...(fields === undefined ? {} : { fields }),
  })),
  owned: Object.fromEntries(messages.map(({ owned }, index) => [`login${index}`, owned])),
};
