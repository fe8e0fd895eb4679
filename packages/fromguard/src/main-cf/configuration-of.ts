import { type Place, parseTableSpec } from "@fromguard/core";
import type { ImportedRule, ImportNote, MainCf, Translation } from "@fromguard/postfix";
import { dump } from "js-yaml";
import { visible } from "../report/style.js";
import { inQueue } from "./load-main-cf.js";

const LISTENERS = `listeners:
  - policy: 127.0.0.1:10040    # in main.cf: check_policy_service inet:127.0.0.1:10040
  - milter: 127.0.0.1:10041    # in main.cf: smtpd_milters = inet:127.0.0.1:10041
`;

/** The configuration in which one rule reads main.cf itself. */
export function exactConfiguration(file: string, overrides: readonly string[]): string {
  const options = { "main-cf": file, ...(overrides.length === 0 ? {} : { override: overrides }) };
  return `# Decides as a Postfix with ${visible(file)} does, in its own words, at RCPT TO.
${LISTENERS}
${dump({ rules: [{ "postfix-restrictions": options }] }, STYLE)}`;
}

/** The configuration that a translation comes to; its notes stand in front as comments. */
export function translatedConfiguration(config: MainCf, { rules, ownership, notes }: Translation): string {
  const comments = notes.map((note) => `#   ${formatNote(note)}\n`);
  const head = `# What ${visible(config.file)} decides on senders.
#
# Mail to the bare recipient postmaster is judged as all other mail is; Postfix accepts it from everybody.
${comments.length === 0 ? "" : `# Not the same:\n${comments.join("")}`}`;
  const delimiter = ownership?.recipientDelimiter;
  const source = ownership && {
    "login-map": ownership.maps.map((map) => absoluteMap(map, config)),
    ...(delimiter ? { "recipient-delimiter": delimiter } : {}),
  };
  return [
    head,
    LISTENERS,
    ...(source === undefined ? [] : [dump({ ownership: [source] }, STYLE)]),
    `${dump({ rules: rules.map(ruleEntry) }, STYLE)}${headerHint(rules)}`,
  ].join("\n");
}

const STYLE = { lineWidth: -1 } as const;

function ruleEntry({ name, options }: ImportedRule) {
  return options === undefined ? name : { [name]: options };
}

function headerHint(rules: readonly ImportedRule[]): string {
  if (!rules.some(({ name }) => name === "login-owns-envelope")) return "";
  return `  # Nothing in main.cf looks at the header. To hold From to the login, too:\n  # - header-originators-owned\n`;
}

/** A note as one line: `left-out FILE:LINE SUBJECT: why`. */
export function formatNote({ kind, place, subject, why }: ImportNote): string {
  return visible(`${kind.padEnd(8)} ${where(place)}${subject}: ${why}`);
}

function where({ file, line }: Place): string {
  return file === undefined || line === undefined ? "" : `${file}:${line} `;
}

/** A map, with the path that Postfix takes a relative one for. */
export function absoluteMap(map: string, config: MainCf): string {
  const parsed = parseTableSpec(map);
  if (!parsed.ok || /^[/{]/.test(parsed.value.source) || !FILES.has(parsed.value.type)) return map;
  return `${parsed.value.type}:${inQueue(config, parsed.value.source)}`;
}

const FILES = new Set(["pcre", "regexp", "cidr", "texthash", "hash", "btree", "lmdb", "cdb"]);
