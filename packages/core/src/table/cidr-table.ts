import { textOf } from "@fromguard/pattern";
import { parseIpOctets } from "../domain/ip-address.js";
import { trimBlanks } from "./lists.js";
import { logicalLines } from "./logical-lines.js";
import { octetsOf, shownOctets } from "./octets.js";
import {
  type LoadedTable,
  type Lookup,
  lookupError,
  NOT_FOUND,
  type Table,
  type TableTextOptions,
  type TableWarning,
} from "./table.js";

/** A network, or all addresses outside of it. */
interface Network {
  readonly octets: readonly number[];
  readonly bits: number;
  readonly isNegated: boolean;
}

type CidrRule =
  | {
      readonly kind: "match";
      readonly network: Network;
      /** Undefined where it is not UTF-8. */
      readonly value: string | undefined;
      readonly pattern: string;
      readonly line: number;
    }
  | { readonly kind: "if"; readonly network: Network; readonly line: number; end: number | undefined };

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
  };
}

/** A rule; undefined for a good `endif`; text where it has a fault. */
function parseRule(text: string, line: number, nesting: number): CidrRule | undefined | string {
  const condition = /^if(?![A-Za-z0-9])(.*)$/is.exec(text);
  if (condition !== null) {
    const { rest, isNegated } = negation(condition[1] ?? "");
    if (rest === "") return "no address pattern";
    const network = parseNetwork(trimBlanks(rest), isNegated);
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
  const network = parseNetwork(pattern, isNegated);
  if (typeof network === "string") return network;
  return value === ""
    ? "no lookup result"
    : { kind: "match", network, value: textOf(value), pattern: `${isNegated ? "!" : ""}${pattern}`, line };
}

function negation(text: string): { readonly rest: string; readonly isNegated: boolean } {
  const [operators = ""] = /^[!\t-\r ]*/.exec(text) ?? [];
  return { rest: text.slice(operators.length), isNegated: (operators.split("!").length - 1) % 2 === 1 };
}

/** `address`, `address/length`, `[address]/length` or `[address/length]`; text where it has a fault. */
function parseNetwork(pattern: string, isNegated: boolean): Network | string {
  let address = pattern;
  let mask: string | undefined;
  if (pattern.startsWith("[")) {
    const close = pattern.indexOf("]");
    if (close < 0) return `missing ']' character after "${pattern}"`;
    const behind = pattern.slice(close + 1);
    if (behind !== "" && !behind.startsWith("/")) return `garbage after "${pattern.slice(0, close + 1)}"`;
    address = pattern.slice(1, close);
    if (behind !== "") mask = behind.slice(1);
  }
  const slash = address.indexOf("/");
  if (mask === undefined && slash >= 0) {
    mask = address.slice(slash + 1);
    address = address.slice(0, slash);
  }
  const bitCount = address.includes(":") ? 128 : 32;
  const octets = parseIpOctets(address);
  if (mask === undefined)
    return octets === undefined ? `bad address pattern: "${address}"` : { octets, bits: bitCount, isNegated };
  const fault = (what: string) => `${what} in "${address}/${mask}"`;
  if (!/^[0-9]+$/.test(mask)) return fault("bad mask value");
  const bits = maskBits(mask);
  if (bits > bitCount) return fault("bad mask length");
  if (octets === undefined) return fault("bad network value");
  const network = octets.map((octet, index) => octet & maskOctet(bits, index));
  if (network.some((octet, index) => octet !== octets[index])) {
    return `${fault("non-null host address bits")}, perhaps you should use "${formatAddress(network)}/${bits}" instead`;
  }
  return { octets, bits, isNegated };
}

/** Postfix keeps the length in one octet of what atoi(3) reads: 264 is 8. */
function maskBits(digits: string): number {
  const [significant = ""] = /[1-9].*|$/.exec(digits) ?? [];
  return significant.length > 18 ? MAX_OCTET : Number(BigInt(significant) & BigInt(MAX_OCTET));
}

const MAX_OCTET = 0xff;

const maskOctet = (bits: number, index: number): number =>
  (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 0xff;

function holds({ octets, bits, isNegated }: Network, address: readonly number[]): boolean {
  if (octets.length !== address.length) return false;
  const inside = octets.every(
    (octet, index) => (octet & maskOctet(bits, index)) === ((address[index] ?? 0) & maskOctet(bits, index)),
  );
  return inside !== isNegated;
}

/** As inet_ntop(3) prints it. */
function formatAddress(octets: readonly number[]): string {
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0),
  );
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped || (groups.slice(0, 6).every((group) => group === 0) && groups[6] !== 0)) {
    return `::${mapped ? "ffff:" : ""}${octets.slice(12).join(".")}`;
  }
  const text = groups.map((group) => group.toString(16)).join(":");
  const zeros = text.match(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g) ?? [];
  const [longest] = [...zeros].sort((a, b) => b.length - a.length);
  if (longest === undefined) return text;
  return `:${text}:`
    .replace(`:${longest}:`, "::")
    .replace(/^:(?!:)/, "")
    .replace(/(?<!:):$/, "");
}
