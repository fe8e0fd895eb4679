import { hookRequestOf } from "../../../http/test/mta-hooks/stalwart.js";
import { openHttp, whole } from "./http-client.js";
import { LATER, NOT_OWNED, outcomeOfReply, type SurfaceKind } from "./surface.js";
import { RECIPIENT } from "./transactions.js";

interface Answer {
  readonly action: "accept" | "reject";
  readonly response?: { readonly status: number; readonly enhanced_status: string; readonly message: string };
}

/** Stalwart's MTA Hooks at the stage data. */
export const mtaHooks: SurfaceKind = {
  name: "MTA Hooks",
  ...whole,
  refusal: `553 5.7.1 ${NOT_OWNED}`,
  deferral: `451 4.3.0 ${LATER}`,
  edits: ["add-header", "prepend-header", "change-header", "delete-header", "change-envelope-from"],
  open: (policy) =>
    openHttp<Answer>(
      policy,
      "/mta-hooks",
      ({ login, envelopeFrom: from, octets: raw }) => {
        const request = { ...(login === null ? {} : { login }), from, to: [RECIPIENT], raw };
        return {
          headers: { "content-type": "application/json" },
          body: Buffer.from(JSON.stringify(hookRequestOf("data", request))),
        };
      },
      (_status, { action, response }) =>
        action === "accept" && response === undefined
          ? { action, shown: action }
          : outcomeOfReply(`${response?.status} ${response?.enhanced_status} ${response?.message}`),
    ),
};
