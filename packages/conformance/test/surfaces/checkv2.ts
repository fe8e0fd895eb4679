import { openHttp, whole } from "./http-client.js";
import { LATER, NOT_OWNED, type SurfaceKind } from "./surface.js";
import { RECIPIENT } from "./transactions.js";

interface Answer {
  readonly action: keyof typeof ACTIONS;
  readonly messages: { readonly smtp_message?: string };
}

const ACTIONS = { "no action": "accept", "soft reject": "defer", reject: "reject" } as const;

/** The protocol of Rspamd's clients. */
export const checkv2: SurfaceKind = {
  name: "Rspamd's `/checkv2`",
  ...whole,
  refusal: `reject ${NOT_OWNED}`,
  deferral: `soft reject ${LATER}`,
  edits: ["add-header", "prepend-header", "change-header", "delete-header"],
  open: (policy) =>
    openHttp<Answer>(
      policy,
      "/checkv2",
      ({ login, envelopeFrom, octets }) => ({
        headers: {
          ...(login === null ? {} : { user: login }),
          from: Buffer.from(`<${envelopeFrom}>`).toString("latin1"),
          rcpt: RECIPIENT,
          ip: "127.0.0.1",
          helo: "client.test",
        },
        body: octets,
      }),
      (_status, { action, messages }) => ({
        action: ACTIONS[action],
        shown: `${action} ${messages.smtp_message ?? ""}`.trim(),
      }),
    ),
};
