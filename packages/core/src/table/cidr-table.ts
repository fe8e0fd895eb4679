import { textOf } from "@fromguard/pattern";
import { parseIpOctets } from "../domain/ip-address.js";
import { holds, type IpNetwork, parseIpNetwork } from "../domain/ip-network.js";
import { trimBlanks } from "./lists.js";
import { logicalLines } from "./logical-lines.js";
import { octetsOf, shownOctets } from "./octets.js";
import {
  type LoadedTable,
  type Lookup,
  lookupError,
  NOT_FOUND,
  type Table,
  type TableEntry,
  type TableTextOptions,
  type TableWarning,
} from "./table.js";

type CidrRule =
  | {
      readonly kind: "match";
      readonly network: IpNetwork;
      /** Undefined where it is not UTF-8. */
      readonly value: string | undefined;
      readonly pattern: string;
      readonly line: number;
    }
  | { readonly kind: "if"; readonly network: IpNetwork; readonly line: number; end: number | undefined };

/**
 * Makes a table from the text of a Postfix cidr file: the first network that holds the address wins. A key that is no address is
 * not found. A negated network matches addresses of its own family alone. A rule with a fault is dropped, with Postfix's warning; an `if`
 * without `endif` whose condition is false ends the lookup. A result that is not UTF-8 is the error `result-not-utf8`.
 *
 * @see Postfix cidr_table(5)
 */
export function cidrTable(source: string | Uint8Array, options: TableTextOptions): LoadedTable {
  const { file } = options;
  const warnings: TableWarning[] = [];
  const { lines, stray } = logicalLines(octetsOf(source, file));
  for (const { line, text } of stray)
    warnings.push({ kind: "postfix", file, line, text: `${file}: ${shownOctets(text)}` });
  const rules: CidrRule[] = [];
  const open: Extract<CidrRule, { kind: "if" }>[] = [];
  for (const { text, line } of lines) {
    const rule = parseRule(text.split("\0", 1)[0] ?? "", line, open.length);
    if (typeof rule === "string") {
      const what = `cidr map ${file}, line ${line}: ${shownOctets(rule)}: skipping this rule`;
      warnings.push({ kind: "postfix", file, line, text: what });
    } else if (rule === undefined) {
      const closed = open.pop();
      if (closed !== undefined) closed.end = rules.length;
    } else {
      rules.push(rule);
      if (rule.kind === "if") open.push(rule);
    }
  }
  for (const { line } of open.reverse()) {
    warnings.push({ kind: "postfix", file, line, text: `cidr map ${file}, line ${line}: IF has no matching ENDIF` });
  }
  return { table: tableOfRules(rules, file), warnings };
}

function tableOfRules(rules: readonly CidrRule[], file: string): Table {
  const name = `cidr:${file}`;
  return {
    name,
    keys: "full",
    lookup(key): Lookup {
      const address = parseIpOctets(key);
      if (address === undefined) return NOT_FOUND;
      for (let at = 0; at < rules.length; at += 1) {
        const rule = rules[at] as CidrRule;
        const matches = holds(rule.network, address);
        if (rule.kind === "match") {
          if (!matches) continue;
          const { value, line, pattern } = rule;
          if (value === undefined) {
            return lookupError("result-not-utf8", "the result is not UTF-8", {
              source: name,
              file,
              line,
              key,
              pattern,
            });
          }
          return { kind: "found", value, evidence: () => ({ source: name, file, line, key, pattern, result: value }) };
        }
        if (matches) continue;
        if (rule.end === undefined) return NOT_FOUND;
        at = rule.end - 1;
      }
      return NOT_FOUND;
    },
    *entries(): Iterable<TableEntry> {
      for (const rule of rules) {
        if (rule.kind === "if") continue;
        const { pattern, value = "", line } = rule;
        yield { kind: "network", pattern, result: [value], file, line };
      }
    },
  };
}

/** A rule; undefined for a good `endif`; text where it has a fault. */
function parseRule(text: string, line: number, nesting: number): CidrRule | undefined | string {
  const condition = /^if(?![A-Za-z0-9])(.*)$/is.exec(text);
  if (condition !== null) {
    const { rest, isNegated } = negation(condition[1] ?? "");
    if (rest === "") return "no address pattern";
    const network = parseIpNetwork(trimBlanks(rest), isNegated);
    return typeof network === "string" ? network : { kind: "if", network, line, end: undefined };
  }
  const closing = /^endif(?![A-Za-z0-9])(.*)$/is.exec(text);
  if (closing !== null) {
    if (trimBlanks(closing[1] ?? "") !== "") return "garbage after ENDIF";
    return nesting === 0 ? "ENDIF without IF" : undefined;
  }
  const { rest, isNegated } = negation(text);
  const end = rest.search(/[\t-\r ]/);
  const pattern = end < 0 ? rest : rest.slice(0, end);
  const value = end < 0 ? "" : trimBlanks(rest.slice(end));
  if (pattern === "") return "no address pattern";
  const network = parseIpNetwork(pattern, isNegated);
  if (typeof network === "string") return network;
  return value === ""
    ? "no lookup result"
    : { kind: "match", network, value: textOf(value), pattern: `${isNegated ? "!" : ""}${pattern}`, line };
}

function negation(text: string): { readonly rest: string; readonly isNegated: boolean } {
  const [operators = ""] = /^[!\t-\r ]*/.exec(text) ?? [];
  return { rest: text.slice(operators.length), isNegated: (operators.split("!").length - 1) % 2 === 1 };
}
