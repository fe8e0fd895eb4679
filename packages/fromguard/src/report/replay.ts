import type { Cure, Group, Refused } from "../replay/causes.js";
import type { Counts, Replayed } from "../replay/replay.js";
import { toAsciiJson } from "../serve/log.js";
import { reachInWords } from "./explain.js";
import { type Style, visible } from "./style.js";
import { list } from "./words.js";

/** Groups, addresses of a group and cures of a group that are shown; JSON has more. */
const MAX_GROUPS = 20;
const MAX_ADDRESSES = 5;
const MAX_CURES = 5;

/** Groups in JSON, and addresses and cures of a group. */
const MAX_JSON = 1_000;

/** What a policy would have done, for whoever is about to turn it on: how much, to whom, why, and what would cure it. */
export function replayInWords(replayed: Replayed, groups: readonly Group[], style: Style): string {
  const { taken, refused, notJudged, notRun, causes } = replayed;
  const total = totalOf(taken);
  const strange = strangeOf(replayed);
  const more = groups.slice(MAX_GROUPS);
  const notes = [
    ...notRun.map(
      ({ rule, missing, messages }) =>
        `not run on ${count(messages, "message")}: ${rule} needs ${list(missing, "and")}, which the log does not tell`,
    ),
    ...noted(
      totalOf(refused),
      "attempt",
      `refused by the server itself; the policy would refuse ${refused.reject} and defer ${refused.defer} of them`,
    ),
    ...noted(
      notJudged.withoutClient,
      "message",
      "not judged: no line tells who brought it (made by Postfix, or from before these logs)",
    ),
    ...noted(notJudged.filtered, "message", "not judged again behind a content filter"),
    ...noted(notJudged.ambiguous, "refusal", "not judged: the client wrote what can be read in two ways"),
    ...noted(notJudged.unreadable, "audit line", "that cannot be read, not judged"),
    ...(strange === 0 ? [] : [count(strange, "line is no log line", "lines are no log lines")]),
    ...noted(causes.untold, "message", "refused for more causes than are told apart"),
  ];
  const lines = [
    `${count(total, "message")} in ${count(linesOf(replayed), "line")} of ${list(
      replayed.logs.map(({ name }) => visible(name)),
      "and",
    )}`,
    "",
    row("accept", taken.accept, total, style.green),
    row("reject", taken.reject, total, style.red),
    row("defer ", taken.defer, total, style.yellow),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    ...groups.slice(0, MAX_GROUPS).flatMap((group) => groupInWords(group, style)),
    ...(more.length === 0
      ? []
      : ["", `${count(sumOf(more), "message")} of ${count(more.length, "smaller group")} more: --json has them`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** One line of JSON. */
export function replayToJson(replayed: Replayed, groups: readonly Group[]): string {
  const { logs, taken, refused, notJudged, notRun, causes } = replayed;
  return toAsciiJson({
    logs,
    messages: totalOf(taken),
    ...taken,
    refusedByServer: { attempts: totalOf(refused), ...refused },
    notJudged,
    notRun,
    groups: groups.slice(0, MAX_JSON).map((group) => ({
      ...group,
      refused: group.refused
        .slice(0, MAX_JSON)
        .map(({ about, source, messages, first }) => ({ about, source, messages, first })),
      cures: group.cures.slice(0, MAX_JSON),
    })),
    groupsLeftOut: Math.max(0, groups.length - MAX_JSON),
    untold: causes.untold,
  });
}

function groupInWords({ code, rule, login, messages, refused, cures }: Group, style: Style): readonly string[] {
  const who = login === undefined ? "" : `, of ${visible(login)}`;
  return [
    "",
    `${style.bold(`${count(messages, "message")}${who}`)}  ${style.red(code)}, says ${rule}`,
    ...refused.slice(0, MAX_ADDRESSES).map((each) => addressInWords(each, style)),
    ...(refused.length > MAX_ADDRESSES
      ? [`    and ${count(refused.length - MAX_ADDRESSES, "address", "addresses")} more`]
      : []),
    ...(cures.length === 0 ? [] : ["  to let them pass:"]),
    ...cures.slice(0, MAX_CURES).map((cure) => cureInWords(cure, style)),
    ...(cures.length > MAX_CURES ? [`    and ${count(cures.length - MAX_CURES, "line")} more`] : []),
  ];
}

function addressInWords({ messages, about, source, first }: Refused, style: Style): string {
  const where = [source, `first at ${first.file}:${first.line}`].filter((part) => part !== undefined).map(visible);
  return `  ${String(messages).padStart(6)}  ${visible(about ?? "")}  ${style.dim(where.join(", "))}`;
}

const WHERE: Readonly<Record<Cure["kind"], string>> = {
  grant: "under grants:",
  membership: "under groups:",
  map: "in the map:",
};

function cureInWords({ kind, line, messages, addresses, others }: Cure, style: Style): string {
  const cured = `${count(messages, "message")} as ${count(addresses, "address", "addresses")}`;
  const beside =
    others === undefined ? "" : `; lets in ${typeof others === "string" ? visible(others) : reachInWords(others)}`;
  return `    ${visible(line)}  ${style.dim(`${WHERE[kind]} ${cured}${beside}`)}`;
}

function noted(number: number, one: string, what: string): readonly string[] {
  return number === 0 ? [] : [`${count(number, one)} ${what}`];
}

function row(action: string, number: number, total: number, paint: (text: string) => string): string {
  const share = total === 0 ? 0 : (100 * number) / total;
  return `  ${paint(action)}  ${number.toLocaleString("en").padStart(11)}  ${share.toFixed(1).padStart(5)} %`;
}

function sumOf(groups: readonly Group[]): number {
  return groups.reduce((sum, { messages }) => sum + messages, 0);
}

/** Whether lines were read, and nothing of mail in them: a file that is no log of mail, of which nothing can be told. */
export function isNoLog(replayed: Replayed): boolean {
  return strangeOf(replayed) > 0 && totalOf(replayed.taken) + totalOf(replayed.refused) === 0;
}

function strangeOf({ logs }: Replayed): number {
  return logs.reduce((sum, { strange }) => sum + strange, 0);
}

function linesOf({ logs }: Replayed): number {
  return logs.reduce((sum, { lines }) => sum + lines, 0);
}

function totalOf({ accept, reject, defer }: Counts): number {
  return accept + reject + defer;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
