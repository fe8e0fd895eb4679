import { logicalLines } from "@fromguard/core";
import type { LintFinding } from "./finding.js";
import { droppedList, namedByTable, onlyByAddress } from "./logins.js";
import { asLine, isLoginRule, LIST, type LintModel, PREDEFINED } from "./model.js";

const MAPS = "smtpd_sender_login_maps";
const SASL = "smtpd_sasl_auth_enable";
const PATTERNS = /^(?:proxy:)?(?:pcre|regexp):/;

/** Login rules that lack what they need, and login maps that no rule asks. */
export function loginRuleNeeds(model: LintModel): readonly LintFinding[] {
  const { config, lists, somebody, texts } = model;
  const rules = lists.flatMap(({ steps }) => steps.filter(isLoginRule));
  const [rule] = rules;
  const hasMaps = config.list(MAPS).length > 0;
  const findings: LintFinding[] = [];
  if (rule === undefined) {
    const isHarmless = droppedList(model) !== undefined || onlyByAddress(model);
    if (hasMaps && !namedByTable(texts) && !isHarmless) {
      findings.push({
        code: "login-map-unused",
        place: config.place(MAPS),
        problem: `${MAPS} is set, and no list has a rule that asks it`,
        example: `whoever logs in may send as ${somebody}`,
        cure: [asLine(LIST, [PREDEFINED, ...config.list(LIST)])],
      });
    }
    return findings;
  }
  if (!config.bool(SASL) && !onlyByAddress(model)) {
    findings.push({
      code: "login-rule-without-sasl",
      place: config.isSet(SASL) ? config.place(SASL) : rule.place,
      problem: `${rule.text} is ignored: ${SASL} = no`,
      example: `whoever may connect sends as ${somebody}`,
      cure: [`${SASL} = yes`],
    });
  }
  if (!hasMaps) {
    const isStrict = rules.some(({ name }) => name === "reject_authenticated_sender_login_mismatch");
    findings.push({
      code: "login-rule-without-map",
      place: rule.place,
      problem: `${rule.text} has no ${MAPS} to ask: nobody owns any address`,
      example: isStrict
        ? "whoever logs in is refused, whatever sender he uses: 553 5.7.1 not owned by user"
        : `nobody is refused: whoever connects may send as ${somebody}`,
      cure: [`${MAPS} = pcre:/etc/postfix/sender_login_maps`],
    });
  }
  return findings;
}

/** `static:` among other login maps. */
export function shadowedMaps({ config, somebody }: LintModel): readonly LintFinding[] {
  const maps = config.list(MAPS);
  const at = maps.findIndex((map) => map.startsWith("static:"));
  const map = maps[at];
  const isLast = at === maps.length - 1;
  const before = maps.slice(0, at);
  // A pattern is asked for whole addresses alone: what stands behind takes nothing from it.
  if (map === undefined || (isLast && before.every((spec) => PATTERNS.test(spec)))) return [];
  const owner = map.slice("static:".length);
  return [
    {
      code: "login-map-shadowed",
      place: config.place(MAPS),
      problem: `${map} answers every whole address${isLast ? ", before the maps in front of it are asked for @domain" : `: ${maps.slice(at + 1).join(", ")} is never asked`}`,
      example: `${somebody} belongs to ${owner}${isLast ? " though a map before it has @domain" : ", whatever the other maps say"}`,
      cure: [
        asLine(
          MAPS,
          maps.filter((_, index) => index !== at),
        ),
      ],
    },
  ];
}

/** Lines of pattern tables that are case-sensitive and hold capitals: the address that is looked up has none. */
export function capitalsInPatterns({ config, texts, somebody }: LintModel): readonly LintFinding[] {
  return config.list(MAPS).flatMap((spec) => {
    const source = texts.get(spec);
    if (source === undefined || !PATTERNS.test(spec)) return [];
    return logicalLines(source.text).lines.flatMap(({ text, line }): readonly LintFinding[] => {
      const rule = readRule(text);
      if (rule === undefined || !rule.isCaseSensitive || !hasCapitals(rule.pattern)) return [];
      const { delimiter, pattern, flags, rest, before } = rule;
      return [
        {
          code: "login-map-never-matches",
          place: { file: source.file, line },
          problem: `/${pattern}/ has capitals and is case-sensitive, since the flag i turns off what is on: addresses are looked up in small letters`,
          example: `the line matches no address such as ${somebody}, in whatever case it is sent: nobody owns it`,
          cure: [`${before}${delimiter}${pattern}${delimiter}${flags.replace("i", "")}${rest}`],
        },
      ];
    });
  });
}

function readRule(text: string) {
  const [, before = "", delimiter = "", behind = ""] = /^([!\s]*)([^\sa-z0-9#!])(.*)$/is.exec(text) ?? [];
  if (delimiter === "") return undefined;
  for (let at = 0; at < behind.length; at += 1) {
    if (behind[at] === "\\") at += 1;
    else if (behind[at] === delimiter) {
      const [flags = ""] = /^[a-z]*/i.exec(behind.slice(at + 1)) ?? [];
      const rest = behind.slice(at + 1 + flags.length);
      const isCaseSensitive = flags.split("i").length % 2 === 0;
      return { before, delimiter, pattern: behind.slice(0, at), flags, rest, isCaseSensitive };
    }
  }
  return undefined;
}

/** Letters that stand for themselves: not escapes, sets, verbs or names of groups. */
function hasCapitals(pattern: string): boolean {
  const literal = pattern
    .replace(/\\[\s\S]/g, "")
    .replace(/\[\^?\]?(?:\[:\w*:\]|[^\]])*\]/g, "")
    .replace(/\(\*[^)]*\)|\(\?P?[<'][^>']*[>']|\(\?[a-z^-]*[:)]?|\(\?P[=>]\w*/gi, "");
  return /[A-Z]/.test(literal);
}
