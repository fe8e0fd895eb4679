import {
  bodyUnambiguous,
  createGuard,
  headerOriginatorsOwned,
  localOriginatorsMatchEnvelope,
  loginOwnsEnvelope,
  ownedAddresses,
  relayOnlyForLogin,
  requireFqdn,
  stampLogin,
} from "@fromguard/core";
import { guardHandler, type HandlerFactory } from "@fromguard/milter";
import type { Random } from "../random.js";

const ownership = ownedAddresses({ ann: ["ann@corp.example"], jörg: ["jörg@corp.example"] });
const envelope = [requireFqdn(), loginOwnsEnvelope({ ownership })];
const header = [headerOriginatorsOwned({ ownership }), localOriginatorsMatchEnvelope()];
const guards = [
  createGuard({ rules: envelope }),
  createGuard({ rules: header }),
  createGuard({ rules: [...header, bodyUnambiguous({ ownership, preset: "strict" })] }),
  createGuard({ rules: [...envelope, ...header, stampLogin({ authservId: "mx.example" })] }),
  createGuard({ rules: [...envelope, ...header, relayOnlyForLogin({ ourDomains: ["corp.example"] })] }),
] as const;

/** A guard of some rules behind a milter, with its limits close by. */
export function randomGuardHandler(random: Random): HandlerFactory {
  return guardHandler(random.pick(guards), {
    refusedLocalMail: random.pick(["quarantine", "defer", "discard"]),
    ...(random.once(4) ? { messageLimits: { maxHeaderFields: 3, maxRecipients: 1, maxBodyBytes: 30 } } : {}),
  });
}
