import { isFromguardError, type Resolver, type Rule } from "@fromguard/core";
import { followFiles, type Stamped } from "@fromguard/node";
import { type MainCfNeed, postfixRestrictions } from "@fromguard/postfix";
import type { Follower, Following } from "../config/following.js";
import { gapsOfLocalSenders } from "../config/protection.js";
import { type LoadedMainCf, loadMainCf } from "./load-main-cf.js";
import { openSmtpd } from "./open-smtpd.js";

/** How a main.cf is loaded and followed. */
export interface FollowMainCfOptions extends Following {
  /** `name=value`; they win over the file. */
  readonly overrides: readonly string[];
  readonly dns: Resolver;
  /** Names of tables that may be broken at the first reading. Default: all. */
  readonly mayBeBroken?: ReadonlySet<string>;
}

/** A main.cf as a rule that follows its files. */
export interface FollowedMainCf extends Follower {
  /** Stays the same object. A transaction is judged to its end by the main.cf that it began with. */
  readonly rule: Rule<MainCfNeed>;
  /** Names of tables that could not be opened. */
  readonly broken: ReadonlySet<string>;
  /** Reads the files if one of them changed. What the timer calls. */
  refresh(): Promise<void>;
}

interface Opened extends Stamped, Pick<LoadedMainCf, "broken" | "warnings"> {
  readonly rule: Rule<MainCfNeed>;
}

/**
 * Makes the rule of a main.cf, and makes it again when main.cf changes, or a file that it names: a table, a list, `myorigin`. The
 * new one takes the place of the old one in one step. A main.cf with which Postfix would not start by then leaves the last good one
 * in place, and so does a table or a list that cannot be read by then; `onReload` is told.
 *
 * @throws FromguardError as `loadMainCf` does: the first reading has to succeed. A table that cannot be opened then is a warning, and
 * answers every lookup with an error, until it can be
 */
export async function followMainCf(file: string, options: FollowMainCfOptions): Promise<FollowedMainCf> {
  const { overrides, dns, checkMs = 0, onReload, mayBeBroken } = options;
  const about = { what: "main-cf", source: file } as const;
  const open = async (stamps: Map<string, string>): Promise<Opened> => {
    const loaded = await loadMainCf(file, { overrides, ignoreUnknown: false, stamps });
    const { broken } = loaded;
    const warnings = [...loaded.warnings, ...gapsOfLocalSenders(loaded.config)];
    return { rule: postfixRestrictions(openSmtpd(loaded, dns)), broken, warnings, stamps };
  };
  const refuseLost = ({ broken }: Opened, known: { has(name: string): boolean }) => {
    const [lost] = [...broken].filter(([name]) => !known.has(name));
    if (lost !== undefined) throw lost[1];
  };
  const first = await open(new Map());
  if (mayBeBroken !== undefined) refuseLost(first, mayBeBroken);
  const following = followFiles<Opened>(first, {
    checkMs,
    read: async (stamps) => {
      const opened = await open(stamps);
      refuseLost(opened, following.current.broken);
      return opened;
    },
    onRead: ({ warnings }) =>
      onReload?.({ ...about, kind: "replaced", text: `${file} was read again`, place: {}, warnings }),
    onFault: (error) => {
      const [why, place] = isFromguardError(error) ? [error.message, error.place] : [`${file}: ${String(error)}`, {}];
      const text = `${why}; the main.cf that was read before stays in use`;
      onReload?.({ ...about, kind: "kept", text, place, warnings: [] });
    },
  });
  return {
    ...about,
    rule: { ...first.rule, evaluate: (facts, context) => following.current.rule.evaluate(facts, context) },
    get stamps() {
      return following.current.stamps;
    },
    get warnings() {
      return following.current.warnings;
    },
    get broken() {
      return new Set(following.current.broken.keys());
    },
    refresh: () => following.refresh(),
    reload: () => following.reload(),
    close: () => following.close(),
  };
}
