import { FromguardError, isFromguardError, tableOf } from "@fromguard/core";
import { describe, expect, test } from "vitest";
import { readMainCf } from "../../src/main-cf/read-main-cf.js";
import { type LoadOptions, loadSettings } from "../../src/smtpd/load-settings.js";

const openTable: LoadOptions["openTable"] = async () => ({ table: tableOf({ "a.example": "x" }), warnings: [] });

function load(text: string, options: Partial<LoadOptions> = {}) {
  const { config } = readMainCf(`compatibility_level = 3.6\nlocal_recipient_maps =\n${text}\n`, { file: "main.cf" });
  return loadSettings(config, { openTable, ...options });
}

async function errorOf(text: string): Promise<string> {
  try {
    await load(text);
  } catch (error) {
    if (isFromguardError(error) && error.code === "FG_CONFIG_INVALID") return error.message;
    throw error;
  }
  return "none";
}

const UNKNOWN_REJEKT = 'main.cf:3: smtpd_sender_restrictions: unknown smtpd restriction: "nothing_of_it"';

describe("what Postfix refuses at its start, and a restriction that is not known", () => {
  test.each([
    ["myorigin = $nosuch", "main.cf:3: myorigin: bad string length 0 < 1: myorigin ="],
    [
      "reject_tempfail_action = accept",
      "unknown_helo_hostname_tempfail_action: bad configuration: unknown_helo_hostname_tempfail_action = accept",
    ],
    [
      "unknown_address_tempfail_action = reject",
      "main.cf:3: unknown_address_tempfail_action: bad configuration: unknown_address_tempfail_action = reject",
    ],
    [
      "smtpd_sender_restrictions = reject_nothing",
      'main.cf:3: smtpd_sender_restrictions: unknown smtpd restriction: "reject_nothing"',
    ],
    [
      "smtpd_sender_restrictions = REJECT_SENDER_LOGIN_MISMATCH",
      'main.cf:3: smtpd_sender_restrictions: unknown smtpd restriction: "REJECT_SENDER_LOGIN_MISMATCH" (did you mean reject_sender_login_mismatch?)',
    ],
    [
      "smtpd_sender_restrictions = reject_non_fqdn_sendr",
      'main.cf:3: smtpd_sender_restrictions: unknown smtpd restriction: "reject_non_fqdn_sendr" (did you mean reject_non_fqdn_sender?)',
    ],
    [
      "smtpd_sender_restrictions = reject_unverified_sender",
      `main.cf:3: smtpd_sender_restrictions: smtpd restriction "reject_unverified_sender" is not evaluated: it needs Postfix's verify(8), which tries to deliver to the address`,
    ],
    [
      "smtpd_sender_restrictions = reject_rbl_client list.test=127.0.0.[2",
      'main.cf:3: smtpd_sender_restrictions: reject_rbl_client: bad filter of DNS answers: "list.test=127.0.0.[2"',
    ],
    ["smtpd_sender_restrictions = warn_if_reject reject nothing_of_it", UNKNOWN_REJEKT],
    [
      "smtpd_restriction_classes = a\na = reject nothing_of_it",
      'main.cf:4: a: unknown smtpd restriction: "nothing_of_it"',
    ],
    ["smtpd_sender_restrictions = permit nothing_of_it", "none"],
    ["smtpd_sender_restrictions = reject nothing_of_it", "none"],
    [
      "smtpd_sender_restrictions = reject_rbl_client list.test=127.0.0.[2;4..8], check_helo_ns_access static:OK",
      "none",
    ],
    [
      "smtpd_restriction_classes = a b",
      "main.cf:3: smtpd_restriction_classes: restriction class `a' needs a definition",
    ],
    [
      "smtpd_restriction_classes = a\na =",
      "main.cf:3: smtpd_restriction_classes: restriction class `a' needs a definition",
    ],
    [
      "smtpd_sender_login_maps = nothing",
      'main.cf:3: smtpd_sender_login_maps: open dictionary: expecting "type:name" form instead of "nothing"',
    ],
    ["mynetworks = 10.0.0.0/8, !", "main.cf:3: mynetworks: mynetworks: no pattern after '!'"],
    ["mydestination = $mydestination", 'main.cf:3: mydestination: unreasonable macro call nesting: "mydestination"'],
    [
      "smtpd_relay_restrictions = permit, reject_unauth_destination",
      "main.cf: in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify at least one working instance of: reject_unauth_destination, defer_unauth_destination, reject, defer, defer_if_permit or check_relay_domains",
    ],
    [
      "smtpd_relay_restrictions = warn_if_reject reject",
      "main.cf: in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify at least one working instance of: reject_unauth_destination, defer_unauth_destination, reject, defer, defer_if_permit or check_relay_domains",
    ],
  ])("%s", async (text, message) => {
    expect(await errorOf(text)).toBe(message);
  });
});

describe("what Postfix starts with", () => {
  test.each([
    ["a class that calls itself", "smtpd_restriction_classes = a\na = a a\nsmtpd_sender_restrictions = a"],
    [
      "classes that call each other",
      "smtpd_restriction_classes = a b\na = b b\nb = a a\nsmtpd_relay_restrictions = a reject",
    ],
    [
      "the required restriction in a class",
      "smtpd_restriction_classes = a\na = REJECT\nsmtpd_relay_restrictions = permit_mynetworks a",
    ],
    ["a name in capitals", "smtpd_sender_restrictions = Reject_Non_Fqdn_Sender"],
    ["an implicit map", "smtpd_sender_restrictions = hash:/a, { x:y }"],
    ["a policy service with options", "smtpd_sender_restrictions = check_policy_service { inet:h:1, timeout=1s }"],
    ["10,000 words", `smtpd_sender_restrictions = ${"reject_non_fqdn_sender, ".repeat(10_000)}`],
    ["1 MB", `mynetworks = ${"10.0.0.0/8 ".repeat(100_000)}`],
  ])("%s", async (_, text) => {
    expect(await errorOf(text)).toBe("none");
  });
});

test("an unknown restriction is a warning where it is to be ignored", async () => {
  const { settings, warnings } = await load("smtpd_sender_restrictions = reject_nothing x", { ignoreUnknown: true });
  expect(settings.lists.smtpd_sender_restrictions).toEqual(["reject_nothing", "x"]);
  expect(warnings.map(({ text }) => text)).toEqual([
    'main.cf, line 3: smtpd_sender_restrictions: unknown smtpd restriction: "reject_nothing"',
    'main.cf, line 3: smtpd_sender_restrictions: unknown smtpd restriction: "x"',
  ]);
});

test("a table that cannot be opened is an error that names the parameter", async () => {
  const loading = load("smtpd_sender_login_maps = hash:/a", {
    openTable: async () => {
      throw new FromguardError("FG_FILE_UNREADABLE", "there is none", { place: { file: "/a" } });
    },
  });
  await expect(loading).rejects.toMatchObject({
    code: "FG_FILE_UNREADABLE",
    message: "main.cf:3: smtpd_sender_login_maps: /a: there is none",
  });
});

test("each table is opened once", async () => {
  const opened: string[] = [];
  const { settings } = await load(
    "smtpd_sender_login_maps = hash:/a, hash:/b\nsmtpd_sender_restrictions = check_sender_access hash:/a",
    {
      openTable: (spec) => {
        opened.push(spec);
        return openTable(spec);
      },
    },
  );
  expect(opened.sort()).toEqual(["hash:/a", "hash:/b"]);
  expect(settings.tables("smtpd_sender_login_maps")[0]).toBe(settings.table("hash:/a"));
});

test("a list opens its tables without folding their keys, a map with it", async () => {
  const opened: unknown[] = [];
  await load("smtpd_sender_login_maps = texthash:/a\nmynetworks = texthash:/a, inline:{X.test=1}", {
    openTable: (spec, { foldKeys = true } = {}) => {
      opened.push([spec, foldKeys]);
      return openTable(spec);
    },
  });
  expect(opened.sort()).toEqual([
    ["inline:{X.test=1}", false],
    ["texthash:/a", false],
    ["texthash:/a", true],
  ]);
});
