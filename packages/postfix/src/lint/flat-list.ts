import { type Place, splitOutsideBraces } from "@fromguard/core";
import type { MainCf } from "../main-cf/main-cf.js";
import { predefinedClasses } from "../restrictions/registry.js";
import { isRestrictionName, takesWord } from "../smtpd/restriction-names.js";

/** The lists of smtpd in the order in which they are evaluated, and the access map that a bare `type:name` stands for. */
const LISTS: Readonly<Record<string, string>> = {
  smtpd_client_restrictions: "check_client_access",
  smtpd_helo_restrictions: "check_helo_access",
  smtpd_sender_restrictions: "check_sender_access",
  smtpd_relay_restrictions: "check_recipient_access",
  smtpd_recipient_restrictions: "check_recipient_access",
  smtpd_data_restrictions: "",
  smtpd_end_of_data_restrictions: "",
};

/** One restriction of a list, with classes opened. */
export interface FlatStep {
  /** In small letters; as written where it is not known. */
  readonly name: string;
  /** As written. */
  readonly text: string;
  /** The word behind it, where it takes one. */
  readonly argument: string;
  readonly isKnown: boolean;
  /** Whether `warn_if_reject` stands before it, or before a class around it. */
  readonly onlyWarns: boolean;
  /** The parameter or the class in which it is written. */
  readonly writtenIn: string;
  readonly place: Place;
  /** Where in the words of the list it is, or the class around it, or the last word that belongs to it. */
  readonly at: number;
}

/** A list as it is evaluated. */
export interface FlatList {
  readonly name: string;
  /** As it is written: the words of the list itself. */
  readonly words: readonly string[];
  readonly steps: readonly FlatStep[];
}

/** Words that are read of one list: classes within classes grow fast. */
const MAX_WORDS = 50_000;

/** Reads smtpd's lists; those that are empty are left out. Nothing that a table or a policy server answers is known here. */
export function flatLists(config: MainCf): readonly FlatList[] {
  const classes = new Map(
    config.list("smtpd_restriction_classes").map((name) => [name, splitOutsideBraces(config.get(name))] as const),
  );
  return Object.entries(LISTS).flatMap(([name, implicit]) => {
    const words = config.list(name);
    const steps: FlatStep[] = [];
    flatten(
      words,
      {
        left: { words: MAX_WORDS },
        config,
        classes,
        implicit,
        steps,
        writtenIn: name,
        place: config.place(name),
        open: [],
      },
      false,
    );
    return words.length === 0 ? [] : [{ name, words, steps }];
  });
}

interface Reading {
  /** Shared by the list and all classes in it. */
  readonly left: { words: number };
  readonly config: MainCf;
  readonly classes: ReadonlyMap<string, readonly string[]>;
  readonly implicit: string;
  readonly steps: FlatStep[];
  readonly writtenIn: string;
  readonly place: Place;
  /** Where in the words of the list the class stands that is being opened. */
  readonly at?: number;
  /** The classes that are being opened: one that calls itself ends there. */
  readonly open: readonly string[];
}

function flatten(words: readonly string[], reading: Reading, onlyWarns: boolean): void {
  const { left, config, classes, implicit, steps, writtenIn, place, open } = reading;
  let warns = onlyWarns;
  for (let at = 0; at < words.length && left.words > 0; at += 1) {
    left.words -= 1;
    const word = words[at] ?? "";
    const lower = word.toLowerCase();
    const step = { text: word, argument: "", isKnown: true, onlyWarns: warns, writtenIn, place, at: reading.at ?? at };
    const inner = classes.get(word) ?? predefinedClasses.get(word);
    if (lower === "warn_if_reject") {
      warns = true;
      continue;
    }
    if (word.includes(":")) {
      steps.push({ ...step, name: implicit, argument: word });
    } else if (takesWord(lower)) {
      at += 1;
      const argument = words[at] ?? "";
      steps.push({ ...step, name: lower, text: `${word} ${argument}`.trimEnd(), argument, at: reading.at ?? at });
    } else if (inner !== undefined && !isRestrictionName(lower)) {
      const isOwn = classes.has(word);
      const within = isOwn ? { writtenIn: word, place: config.place(word) } : {};
      if (!open.includes(word)) flatten(inner, { ...reading, ...within, at: step.at, open: [...open, word] }, warns);
    } else {
      const isKnown = isRestrictionName(lower);
      steps.push({ ...step, name: isKnown ? lower : word, isKnown });
    }
    warns = onlyWarns;
  }
}
