import { LIST_BLIND_TO } from "@fromguard/core";
import { hookRequestOf } from "../../../http/test/mta-hooks/stalwart.js";
import { openHttp } from "./http-client.js";
import { LATER, NOT_OWNED, outcomeOfReply, type SurfaceKind } from "./surface.js";
import { FACTS, RECIPIENT } from "./transactions.js";

interface Answer {
  readonly action: "accept" | "reject";
  readonly response?: { readonly status: number; readonly enhanced_status: string; readonly message: string };
}

/** Stalwart's MTA Hooks at the stage data. */
export const mtaHooks: SurfaceKind = {
  name: "MTA Hooks",
  sees: FACTS,
  blindTo: [...LIST_BLIND_TO.filter((code) => code !== "smuggling"), "utf8-invalid"],
  undecided: ["a folded name, hidden by as many replaced octets"],
  unseen: [
    "all but two octets before a body 0: header-bare-cr",
    "all but two octets before a body 1: header-control",
    "all but two octets before a body 2: header-leading-space",
    "all but two octets before a body 3: header-too-long",
    "all but two octets at the end 0: header-nul",
    "all but two octets at the end 1: header-bare-lf",
    "all but two octets at the end 2: header-name-malformed",
    "all but two octets at the end 3: header-control",
    "all but two octets at the end 4: header-leading-space",
    "all but two octets at the end 5: header-too-long",
    "a last line without its last octet 0: header-line-malformed",
    "a last line without its last octet 1: header-nul",
    "a last line without its last octet 2: header-bare-cr",
    "a last line without its last octet 3: header-control",
    "text in which octets were replaced 0: header-nul",
    "text in which octets were replaced 1: header-bare-cr",
    "text in which octets were replaced 2: header-control",
    "text in which octets were replaced 3: header-leading-space",
    "text in which octets were replaced 4: header-too-long",
    "text in which octets were replaced 5: header-whitespace-line",
    "text in which octets were replaced 6: header-name-malformed",
    "text in which octets were replaced 7: utf8-invalid",
  ],
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
