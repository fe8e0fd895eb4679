import { type Code, codes, formatReply } from "@fromguard/core";
import { z } from "zod";

/** What may become of a failure. */
export const ACTIONS = ["reject", "defer", "quarantine", "tag", "rewrite", "observe"] as const;

/** One of {@link ACTIONS}. */
type Action = (typeof ACTIONS)[number];

/** Actions by code; `default` is for every code without one. */
export type Actions = { readonly [code in Code]?: Action | undefined } & {
  readonly default?: Exclude<Action, "rewrite"> | undefined;
};

const action = z.enum(ACTIONS).optional();

const byCode = Object.fromEntries(
  Object.entries(codes).map(([code, { reply }]) => [code, action.describe(`Instead of ${formatReply(reply)}.`)]),
) as Record<Code, typeof action>;

/** `actions: { from-not-owned: quarantine, default: reject }`; docs/configuration.md. */
export const actionsSchema = z
  .strictObject({
    default: z
      .enum(["reject", "defer", "quarantine", "tag", "observe"])
      .optional()
      .describe("What becomes of a failure whose code has no action here. Default: what its reply says."),
    ...byCode,
  })
  .superRefine((actions, context) => {
    for (const [code, { curable }] of Object.entries(codes)) {
      if (actions[code as Code] !== "rewrite" || curable) continue;
      const message = "no rewritten header cures it: reject, defer, quarantine, tag or observe it";
      context.addIssue({ code: "custom", path: [code], message });
    }
  })
  .describe("What becomes of a failure, by its code.");
