import { readdirSync, readFileSync } from "node:fs";
import { codes, type FactName, formatReply } from "@fromguard/core";
import { expand, type PresetName } from "../../src/config/presets.js";
import { type RuleName, ruleSchemas } from "../../src/config/rule-schemas.js";
import { descriptionOf, type Setting, settingsOf } from "../../src/config/walk.js";
import { needsOf, type Observed, RULES } from "./observed-codes.js";
import { inOrder, quoted } from "./page-parts.js";

const PACKAGES = new URL("../../../", import.meta.url);

/** The sources of each function, from its doc comment. */
const SOURCES = new Map(
  ["core/src/rules/", "core/src/edits/", "postfix/src/smtpd/"].flatMap((folder) =>
    readdirSync(new URL(folder, PACKAGES))
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => [
        ...readFileSync(new URL(`${folder}${name}`, PACKAGES), "utf8").matchAll(
          /^ \* @see (.*)\n \*\/\nexport function (\w+)/gm,
        ),
      ])
      .map(([, source = "", name = ""]) => [name, source] as const),
  ),
);

const FACTS: Readonly<Record<FactName, string>> = {
  login: "login",
  authorisation: "authorisation",
  localUser: "local user",
  client: "client",
  helo: "HELO",
  listener: "listener",
  envelopeFrom: "envelope sender",
  recipients: "recipients",
  headers: "header",
  bodyAnomalies: "body",
};

const SKIPS: Readonly<Record<string, string>> = {
  "address-literal": "an address literal",
  "local-user": "mail of a user of the machine",
  "logged-in": "mail of a login",
  "no-client": "mail without a client",
  "no-domain": "an address without a domain",
  "no-login": "mail without a login",
  "not-local": "mail of the network",
  "not-ours": "mail without a login that shows none of our domains",
  "null-reverse-path": "the null sender",
};

const PRESETS: Readonly<Record<PresetName, readonly unknown[]>> = {
  submission: expand({ kind: "submission", options: {} }).rules,
  "inbound-own-domains": expand({ kind: "inbound-own-domains", options: { "our-domains": [] } }).rules,
  audit: expand({ kind: "audit", options: {} }).rules,
};

/** What stands between the two headings of docs/rules.md that are written by hand. */
export function rulesInPage(observed: ReadonlyMap<RuleName, Observed>): string {
  const rows = [...observed.keys()].map((name) => {
    const { facts, stage } = needsOf(RULES[name]);
    return `| [\`${name}\`](#${name}) | \`${RULES[name].madeBy}\` | ${wordsOf(facts)} | ${stage} | ${presetsOf(name)} |\n`;
  });
  const table = `| rule | function | needs | judges at | in the presets |\n|---|---|---|---|---|\n${rows.join("")}`;
  return `${table}${[...observed].map(([name, seen]) => ruleInPage(name, seen)).join("")}`;
}

function ruleInPage(name: RuleName, { fails, skips, asks }: Observed): string {
  const { facts, stage } = needsOf(RULES[name]);
  const { madeBy } = RULES[name];
  const source = SOURCES.get(madeBy);
  if (source === undefined) throw new Error(`${madeBy} has no @see`);
  const about = [
    `${linked(descriptionOf(ruleSchemas[name]))} In code \`${madeBy}\`. Needs ${wordsOf(facts)}; judges at ${stage}.`,
    skips.size > 0 ? ` Skips ${[...skips].map(skipped).sort().join(", ")}.` : "",
    asks ? " Defers where it cannot find out." : "",
    ` Source: ${source}.`,
  ].join("");
  const replies = inOrder(fails).map(
    (code) => `| \`${code}\` | ${formatReply(codes[code].reply)} | ${codes[code].source} |\n`,
  );
  const failures = replies.length === 0 ? "" : `\n| fails with | reply | source |\n|---|---|---|\n${replies.join("")}`;
  return `\n### ${name}\n\n${about}\n${optionsOf(name)}${failures}`;
}

function optionsOf(name: RuleName): string {
  const rows = settingsOf(ruleSchemas[name])
    .filter(({ path }) => !COMMON.includes(path[0] ?? "") && (!path.includes("stances") || path.at(-1) === "stances"))
    .map((option) => `| \`${option.path.join(".")}\` | ${defaultOf(option)} | ${linked(option.description)} |\n`);
  return rows.length === 0 ? "" : `\n| option | default | tells |\n|---|---|---|\n${rows.join("")}`;
}

/** A page that a description names, as a link; this page is linked to where its hand-written part begins. */
function linked(description: string): string {
  return description.replace(/docs\/(\w+)\.md/g, (_, page: string) =>
    page === "rules" ? "[below](#where-two-verdicts-are-defensible)" : `[${page}](${page}.md)`,
  );
}

/** Options that every rule has. */
const COMMON = ["on-error", "shadow"];

function defaultOf({ fallback }: Setting): string {
  return fallback === undefined ? "" : `\`${String(fallback)}\``;
}

function skipped(code: string): string {
  const words = SKIPS[code];
  if (words === undefined) throw new Error(`a rule skips for ${code}: no words for it`);
  return words;
}

function wordsOf(facts: readonly FactName[]): string {
  return facts.map((fact) => FACTS[fact]).join(", ");
}

function presetsOf(name: RuleName): string {
  const has = (rules: readonly unknown[]) =>
    rules.some((rule) => rule === name || (typeof rule === "object" && rule !== null && name in rule));
  return quoted(Object.entries(PRESETS).flatMap(([preset, rules]) => (has(rules) ? [preset] : [])));
}
