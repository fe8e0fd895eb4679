import type { LintFinding } from "./finding.js";
import type { FlatList, FlatStep } from "./flat-list.js";
import { asLine, isLoginRule, type LintModel, PREDEFINED, permitOf, refuses, ruleAsWritten } from "./model.js";

/** A login rule that somebody's OK comes before, in every list in which it stands. */
export function permitsBeforeLoginRules(model: LintModel): readonly LintFinding[] {
  const found = new Map<string, LintFinding>();
  const sound = new Set<string>();
  for (const list of model.lists) {
    let forLogins: FlatStep | undefined;
    let forOthers: FlatStep | undefined;
    for (const step of list.steps) {
      if (forOthers === undefined) {
        const permit = permitOf(step, model);
        if (permit !== undefined) forLogins ??= step;
        if (permit?.onlyLogins === false) forOthers = step;
      }
      if (!isLoginRule(step) || step.onlyWarns) continue;
      const before = refuses(step, "login") ? forLogins : forOthers;
      if (before === undefined) sound.add(step.name);
      else if (!found.has(step.name)) found.set(step.name, permitBefore(before, step, list, model));
    }
  }
  const told = new Set<string>();
  return [...found].flatMap(([name, finding]) => {
    if (sound.has(name) || told.has(finding.problem)) return [];
    told.add(finding.problem);
    return [finding];
  });
}

function permitBefore(permit: FlatStep, rule: FlatStep, list: FlatList, model: LintModel): LintFinding {
  const written = ruleAsWritten(rule, list);
  const { whom = "" } = permitOf(permit, model) ?? {};
  const others = list.words.filter((word) => word.toLowerCase() !== written.toLowerCase());
  return {
    code: "permit-before-login-rule",
    place: permit.place,
    problem: `${permit.text} stands before ${written}, and ends ${list.name} for ${whom}`,
    example: `${whom} may send as ${model.somebody}: ${written} is not reached`,
    cure: [asLine(list.name, [written, ...others])],
  };
}

const FINAL = new Set(["permit", "reject", "defer"]);

/** What stands behind a restriction that ends its list for everybody. */
export function deadRestrictions({ lists }: LintModel): readonly LintFinding[] {
  return lists.flatMap(({ name, words, steps }): readonly LintFinding[] => {
    const end = steps.findIndex((step) => FINAL.has(step.name) && (step.name === "permit" || !step.onlyWarns));
    const [last, dead] = [steps[end], steps[end + 1]];
    if (end < 0 || last === undefined || dead === undefined) return [];
    const count = steps.length - end - 1;
    const lost = isRefusing(dead) && last.name === "permit" ? "refuses nobody" : "has no effect";
    return [
      {
        code: "dead-restriction",
        place: dead.place,
        problem: `${dead.text} stands behind ${last.text}, which ends ${name} for everybody${count > 1 ? `; so do ${count - 1} more` : ""}`,
        example: `${dead.text} is never evaluated: it ${lost}`,
        cure: [upTo(last, dead, { name, words, steps })],
      },
    ];
  });
}

/** The list, or the class in which both stand, up to what ends it. */
function upTo(last: FlatStep, dead: FlatStep, { name, words, steps }: FlatList): string {
  const { writtenIn } = last;
  if (writtenIn === name || writtenIn !== dead.writtenIn) return asLine(name, words.slice(0, last.at + 1));
  const inClass = steps.filter((step) => step.writtenIn === writtenIn);
  return asLine(
    writtenIn,
    inClass.slice(0, inClass.indexOf(last) + 1).map(({ text }) => text),
  );
}

function isRefusing({ name }: FlatStep): boolean {
  return name.startsWith("reject");
}

/** Restrictions that only warn. */
export function warningsLeft({ lists, somebody }: LintModel): readonly LintFinding[] {
  return lists.flatMap((list) => {
    const warned = list.steps.filter(({ onlyWarns }) => onlyWarns);
    const [first] = warned;
    if (first === undefined) return [];
    const rule = warned.find(isLoginRule);
    const step = rule ?? first;
    const written = rule === undefined ? step.text : ruleAsWritten(rule, list);
    return [
      {
        code: rule === undefined ? "warn-if-reject-left" : "login-rule-only-warns",
        place: step.place,
        problem: `warn_if_reject stands before ${written}`,
        example:
          rule === undefined
            ? `what ${written} refuses is logged as reject_warning, and accepted`
            : `mail from ${somebody} by a login that does not own it is logged as reject_warning, and accepted`,
        cure: [asLine(step.writtenIn === list.name ? list.name : step.writtenIn, withoutWarnings(list, step))],
      } satisfies LintFinding,
    ];
  });
}

function withoutWarnings({ name, words, steps }: FlatList, { writtenIn }: FlatStep): readonly string[] {
  const own = writtenIn === name || writtenIn === PREDEFINED;
  const written = own ? words : steps.filter((step) => step.writtenIn === writtenIn).map(({ text }) => text);
  return written.filter((word) => word.toLowerCase() !== "warn_if_reject");
}

/** What can be known only later than the list is run without `smtpd_delay_reject`. */
const LATER: Readonly<Record<string, RegExp>> = {
  smtpd_client_restrictions: /sasl|helo|sender|recipient|unauth_destination|login_mismatch/,
  smtpd_helo_restrictions: /sasl|sender|recipient|unauth_destination|login_mismatch/,
  smtpd_sender_restrictions: /recipient|unauth_destination/,
};

export function delayRejectOff({ config, lists }: LintModel): readonly LintFinding[] {
  if (config.bool("smtpd_delay_reject")) return [];
  const early = lists.flatMap(({ name, steps }) => {
    const step = steps.find((each) => LATER[name]?.test(each.name));
    return step === undefined ? [] : [{ name, step }];
  })[0];
  return [
    {
      code: "delay-reject-off",
      place: config.place("smtpd_delay_reject"),
      problem:
        "smtpd_delay_reject = no: each list is run at its own command, before logins, senders or recipients are known",
      example:
        early === undefined
          ? "a client is refused before it names a sender or a recipient: the log shows neither"
          : `${early.step.text} in ${early.name} is run before the client gives what it asks about, and never matches`,
      cure: ["smtpd_delay_reject = yes"],
    },
  ];
}
