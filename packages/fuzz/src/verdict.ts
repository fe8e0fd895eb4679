import { createGuard, facts, type Guard, headerOriginatorsOwned, ownedAddresses, readMessage } from "@fromguard/core";
import { LOGIN, type Message } from "./message.js";

const guards = new Map<string, Guard>();

/** The code with which the header rule, in its default preset, refuses a message; undefined where it lets it through. */
export async function refusal({ raw, owned }: Message): Promise<string | undefined> {
  const { headers } = readMessage(raw);
  const { action, code } = await guardOf(owned).decide(facts({ login: LOGIN, headers }));
  return action === "accept" ? undefined : code;
}

function guardOf(owned: readonly string[]): Guard {
  const key = owned.join(" ");
  let guard = guards.get(key);
  if (guard === undefined) {
    guard = createGuard({ rules: [headerOriginatorsOwned({ ownership: ownedAddresses({ [LOGIN]: owned }) })] });
    guards.set(key, guard);
  }
  return guard;
}
