import type { LintFinding } from "./finding.js";
import { type FlatList, flatLists } from "./flat-list.js";
import { asLine, isLoginRule, LIST, type LintModel, PREDEFINED, permitOf, refuses, ruleAsWritten } from "./model.js";

/** Logins that no rule holds to their addresses; a map that no rule asks, and a rule that only warns, have findings of their own. */
export function loginsUnchecked(model: LintModel): readonly LintFinding[] {
  const { config, lists, somebody, texts } = model;
  const steps = lists.flatMap((list) => list.steps);
  const maps = "smtpd_sender_login_maps";
  const isAsked = steps.some(isLoginRule);
  if (!letsLoginsIn(model) || droppedList(model) !== undefined) return [];
  if (steps.some((step) => refuses(step, "login"))) return [];
  if (!isAsked && (config.get(maps) !== "" || namedByTable(texts))) return [];
  const asked = steps.find(({ name, onlyWarns }) => !onlyWarns && /^check_(?:sasl_access|policy_service)$/.test(name));
  return [
    {
      code: "logins-unchecked",
      place: config.place(config.isSet(LIST) ? LIST : SASL),
      problem: `${SASL} = yes, and no rule compares the sender with the login${asked === undefined ? "" : `, unless ${asked.text} does`}`,
      example: `whoever logs in may send as ${somebody}`,
      cure: [
        asLine(LIST, [PREDEFINED, ...config.list(LIST).filter((word) => !/sender_login_mismatch$/i.test(word))]),
        ...(config.get(maps) === "" ? [`${maps} = pcre:/etc/postfix/sender_login_maps`] : []),
      ],
    },
  ];
}

/** A login rule that main.cf has, and that a service of master.cf takes away. */
export function loginRuleDropped(model: LintModel): readonly LintFinding[] {
  const { config, somebody, texts } = model;
  const list = droppedList(model);
  const step = list?.steps.find((each) => refuses(each, "login") && !each.onlyWarns);
  if (list === undefined || step === undefined || !letsLoginsIn(model) || namedByTable(texts)) return [];
  return [
    {
      code: "login-rule-dropped",
      place: config.place(list.name),
      problem: `${ruleAsWritten(step, list)}, which main.cf has in ${list.name}, is in no list of the service`,
      example: `whoever logs in there may send as ${somebody}`,
      cure: [asLine(list.name, [PREDEFINED, ...config.list(list.name)])],
    },
  ];
}

/** The list of main.cf whose rule on logins the service lacks. */
export function droppedList({ main, lists }: Pick<LintModel, "main" | "lists">): FlatList | undefined {
  const holds = ({ steps }: FlatList) => steps.some((step) => refuses(step, "login") && !step.onlyWarns);
  const isWarned = lists.some(({ steps }) => steps.some((step) => refuses(step, "login")));
  return main === undefined || isWarned ? undefined : flatLists(main).find(holds);
}

function letsLoginsIn(model: LintModel): boolean {
  return model.config.bool(SASL) && !onlyByAddress(model);
}

/** Whether a list refuses whomever it has not permitted by his address: logging in lets nobody in. */
export function onlyByAddress(model: LintModel): boolean {
  return model.lists.some(({ steps }) => {
    const end = steps.findIndex(({ name, onlyWarns }) => (name === "reject" || name === "defer") && !onlyWarns);
    return end >= 0 && !steps.slice(0, end).some((step) => !BY_ADDRESS.has(step.name) && permitOf(step, model));
  });
}

const BY_ADDRESS: ReadonlySet<string> = new Set(["permit_mynetworks", "permit_inet_interfaces"]);

/** Whether a line of a table names a login rule. */
export function namedByTable(texts: LintModel["texts"]): boolean {
  return [...texts.values()].some(({ text }) => /sender_login_mismatch/i.test(text));
}

const SASL = "smtpd_sasl_auth_enable";
