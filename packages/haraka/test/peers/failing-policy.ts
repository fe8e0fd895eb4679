import { createGuard, rule } from "@fromguard/core";

/** A policy with a rule that throws over mail from `bug`, one that never answers over mail from `slow`, and one that holds mail from `held`. */
export const guard = createGuard({
  timeoutMs: 200,
  rules: [
    rule("broken", ["envelopeFrom"], ({ envelopeFrom }) => {
      if (envelopeFrom.text.includes("bug@")) throw new Error("a bug\r\nof ours");
      return { kind: "pass", code: "ok" };
    }),
    rule("endless", ["envelopeFrom"], ({ envelopeFrom }) =>
      envelopeFrom.text.includes("slow@") ? new Promise(() => undefined) : { kind: "pass", code: "ok" },
    ),
    rule("broken-header", ["envelopeFrom", "headers"], ({ envelopeFrom }) => {
      if (envelopeFrom.text.includes("late@")) throw new Error("a bug");
      if (envelopeFrom.text.includes("held@")) {
        return { kind: "pass", code: "ok", edits: [{ kind: "quarantine", reason: "held" }] };
      }
      if (envelopeFrom.text.includes("renamed@")) {
        return { kind: "pass", code: "ok", edits: [{ kind: "change-envelope-from", address: "other@example.com" }] };
      }
      return { kind: "pass", code: "ok" };
    }),
  ],
});
