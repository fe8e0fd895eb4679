import {
  bodyUnambiguous,
  createGuard,
  facts,
  type Guard,
  headerOriginatorsOwned,
  ownedAddresses,
  readMessage,
} from "@fromguard/core";
import { LOGIN, type Message } from "./message.js";

const guards = new Map<string, Guard>();

/** The code with which the header and body rules, in their default preset, refuse a message; undefined where they let it through. */
export async function refusal({ raw, owned }: Message): Promise<string | undefined> {
  const { headers, bodyAnomalies } = readMessage(raw);
  const { action, code } = await guardOf(owned).decide(facts({ login: LOGIN, headers, bodyAnomalies }));
  return action === "accept" ? undefined : code;
}

function guardOf(owned: readonly string[]): Guard {
  const key = owned.join(" ");
  let guard = guards.get(key);
  if (guard === undefined) {
    const ownership = ownedAddresses({ [LOGIN]: owned });
    guard = createGuard({ rules: [headerOriginatorsOwned({ ownership }), bodyUnambiguous({ ownership })] });
    guards.set(key, guard);
  }
  return guard;
}
