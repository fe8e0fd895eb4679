import type { LintFinding } from "./finding.js";
import type { FlatList, FlatStep } from "./flat-list.js";
import { asLine, type LintModel, PREDEFINED } from "./model.js";

/** Words that name no restriction: each ends the evaluation with 451 4.3.5 once it is reached. */
export function unknownNames({ config, lists }: LintModel): readonly LintFinding[] {
  const classes = [...config.list("smtpd_restriction_classes"), PREDEFINED];
  return lists.flatMap((list) =>
    list.steps.flatMap((step) => (step.isKnown ? [] : [unknownName(step, list, classes)])),
  );
}

function unknownName(step: FlatStep, list: FlatList, classes: readonly string[]): LintFinding {
  const { text, place, writtenIn } = step;
  const meant = classes.find((name) => name.toLowerCase() === text.toLowerCase());
  const example =
    "every client that comes to it is answered 451 4.3.5 Server configuration error, and tries again for days";
  if (meant === undefined) {
    const problem = `${text} is no restriction that is known here`;
    return { code: "unknown-restriction", place, problem, example, cure: [asLine(writtenIn, without(list, step))] };
  }
  const isRule = meant === PREDEFINED;
  const words = list.words.map((word) => (word === text ? meant : word));
  return {
    code: isRule ? "login-rule-in-capitals" : "wrong-case-of-class",
    place,
    problem: `${text} is not ${meant}: ${isRule ? "this rule is a class, and " : ""}names of classes are case-sensitive`,
    example,
    cure: [asLine(writtenIn, writtenIn === list.name ? words : [meant])],
  };
}

function without({ name, words, steps }: FlatList, { text, writtenIn }: FlatStep): readonly string[] {
  if (writtenIn === name) return words.filter((word) => word !== text);
  return steps.filter((step) => step.writtenIn === writtenIn && step.text !== text).map((step) => step.text);
}
