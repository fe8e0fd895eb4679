import type { MilterHandler } from "@fromguard/milter";
import { sighting } from "./events.js";

/** A handler that asks for every action and an answer to each event, continues, and notes what it sees. */
export function witness(seen: string[]): MilterHandler {
  const see = (command: string, what = "") => {
    seen.push(sighting(command, what));
    return "continue" as const;
  };
  return {
    negotiate: (offer) => ({ actions: offer.actions, steps: 0 }),
    connect: ({ address }) => see("C", address),
    helo: ({ name }) => see("H", name),
    mail: ({ sender }, context) => see("M", `${sender} by ${context.macro("auth_authen") ?? "nobody"}`),
    rcpt: ({ recipient }) => see("R", recipient),
    data: () => see("T"),
    unknown: ({ text }) => see("U", text),
    header: ({ name, value }) => see("L", `${name}:${value.toString("latin1")}`),
    eoh: () => see("N"),
    body: ({ chunk }) => see("B", chunk.toString("hex")),
    eom: ({ chunk }) => see("E", chunk.toString("hex")),
  };
}
