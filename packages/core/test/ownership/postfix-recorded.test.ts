import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  createGuard,
  type Decision,
  facts,
  loginMap,
  loginOwnsEnvelope,
  ownedAddressNeedsLogin,
  pcreTable,
  textHashTable,
} from "../../src/index.js";

/** What a Postfix 3.7.11 answered, in the words of this test. */
interface Theme {
  readonly theme: string;
  readonly rule: string;
  readonly recipientDelimiter: string;
  /** `type:file`. */
  readonly maps: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly decisions: readonly { readonly login: string | null; readonly sender: string; readonly expected: string }[];
}

/**
 * Recorded decisions on senders that Postfix does not rewrite before it looks them up: with a domain, without a route, percent sign,
 * bang or trailing dot.
 */
const themes = JSON.parse(
  readFileSync(new URL("../vectors/login-maps/recorded.json", import.meta.url), "utf8"),
) as readonly Theme[];

/** The recorded host's `mydestination`, `myorigin` and interfaces. */
const localDomains = ["mail.example.com", "localhost.example.com", "example.com", "[127.0.0.1]"];

function guardOf({ rule, maps, files, recipientDelimiter }: Theme) {
  const tables = maps.map((map) => {
    const [type, file = ""] = map.split(":");
    const load = type === "pcre" ? pcreTable : textHashTable;
    return load(files[file] ?? "", { file }).table;
  });
  const ownership = loginMap({ tables, recipientDelimiter, localDomains });
  const authenticated =
    rule === "reject_unauthenticated_sender_login_mismatch" ? [] : [loginOwnsEnvelope({ ownership })];
  const unauthenticated =
    rule === "reject_authenticated_sender_login_mismatch" ? [] : [ownedAddressNeedsLogin({ ownership })];
  return createGuard({ rules: [...authenticated, ...unauthenticated] });
}

function inWords({ action, code }: Decision): string {
  if (action === "accept") return "accept";
  if (action === "defer") return "451";
  return { "envelope-not-owned": "not-owned", "owned-address-needs-login": "not-logged-in" }[code] ?? code;
}

describe.each(themes)("$theme, as Postfix decided it", (theme) => {
  const guard = guardOf(theme);
  it.each(theme.decisions)("$login as $sender: $expected", async ({ login, sender, expected }) => {
    expect(inWords(await guard.check(facts({ login, envelopeFrom: `<${sender}>` })))).toBe(expected);
  });
});
