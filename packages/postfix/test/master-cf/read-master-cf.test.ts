import { isFromguardError } from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { readMasterCf } from "../../src/master-cf/read-master-cf.js";

const read = (text: string) => readMasterCf(text, { file: "master.cf" });
const SMTPD = "submission inet n - y - - smtpd";

const overridesOf = (text: string) =>
  read(text).services.flatMap(({ overrides }) => overrides.map(({ name, value, place }) => [name, value, place.line]));

describe("services of master.cf", () => {
  it("are read with their lines and the options of smtpd", () => {
    const { services, warnings } = read(`# a comment
smtp      inet  n       -       y       -       -       smtpd
  # a comment within
  -o smtpd_helo_required=yes
  -o { smtpd_sender_restrictions = permit_mynetworks, reject }

pickup    unix  n       -       y       60      1       pickup
tlsmgr    unix  -       -       y       1000?   1       tlsmgr
relay unix  -       -       y       -       -       smtp -o syslog_name=\${multi_instance_name?{$multi}:{x y}}
`);
    expect(warnings).toEqual([]);
    expect(services.map(({ name, type, command, place }) => [name, type, command, place.line])).toEqual([
      ["smtp", "inet", "smtpd", 2],
      ["pickup", "unix", "pickup", 7],
      ["tlsmgr", "unix", "tlsmgr", 8],
      ["relay", "unix", "smtp", 9],
    ]);
    expect(services[0]?.overrides).toEqual([
      {
        name: "smtpd_helo_required",
        value: "yes",
        place: { file: "master.cf", line: 4, key: "smtpd_helo_required" },
      },
      {
        name: "smtpd_sender_restrictions",
        value: "permit_mynetworks, reject",
        place: { file: "master.cf", line: 5, key: "smtpd_sender_restrictions" },
      },
    ]);
    expect(services[3]?.overrides).toEqual([]);
  });

  it.each([
    ["-o a=b", [["a", "b", 1]]],
    ["-oa=b", [["a", "b", 1]]],
    ["-vo a=b", [["a", "b", 1]]],
    ["-v -n x -o a=b=c", [["a", "b=c", 1]]],
    ["-o a=", [["a", "", 1]]],
    ["-o { a = b c }", [["a", "b c", 1]]],
    [
      "-o {a=b c}\n -o b={ c d }",
      [
        ["a", "b c", 1],
        ["b", "{ c d }", 2],
      ],
    ],
    ["-o a=$" + "{b?{c d}:{e}}", [["a", "$" + "{b?{c d}:{e}}", 1]]],
    [
      "-o\n\n# x\n  a=b\n\t-o b=c",
      [
        ["a", "b", 4],
        ["b", "c", 5],
      ],
    ],
    [
      "-o a=b -o a=c",
      [
        ["a", "b", 1],
        ["a", "c", 1],
      ],
    ],
  ] as const)("%j", (args, expected) => {
    expect(overridesOf(`${SMTPD} ${args}\n`)).toEqual(expected);
  });

  it("with a path are smtpd, too", () => {
    expect(overridesOf(`x unix - - - - - ../libexec/smtpd -o a=b`)).toEqual([["a", "b", 1]]);
  });

  it("that stand twice count once, the last time", () => {
    const { services, warnings } = read(`${SMTPD} -o a=b\n${SMTPD} -o a=c\nsubmission unix - - - - - x\n`);
    expect(services.map(({ type, place }) => [type, place.line])).toEqual([
      ["inet", 2],
      ["unix", 3],
    ]);
    expect(warnings.map(({ text }) => text)).toEqual([
      'master.cf, line 2: duplicate entry for service "submission": using the last entry',
    ]);
  });

  it("do not begin with a blank", () => {
    const { services, warnings } = read("  -o a=b\n");
    expect([services, warnings.map(({ line }) => line)]).toEqual([[], [1]]);
  });
});

describe("a bad line of master.cf is an error with its place", () => {
  it.each([
    ["smtp", 1, 'missing "transport type" field'],
    ["smtp tcp n - y - - smtpd", 1, "bad transport type: tcp"],
    ["smtp - n - y - - smtpd", 1, 'field "transport type" has no default value'],
    ["smtp inet", 1, 'missing "private" field'],
    ["smtp inet - - y - - smtpd", 1, "inet service cannot be private"],
    ["smtp inet yes - y - - smtpd", 1, 'field "private": bad value: "yes"'],
    ["smtp inet n x y - - smtpd", 1, 'field "unprivileged": bad value: "x"'],
    ["smtp inet n - x - - smtpd", 1, 'field "chroot": bad value: "x"'],
    ["smtp inet n - y ? - smtpd", 1, 'field "wakeup_time": bad value: "?"'],
    ["smtp inet n - y - -1 smtpd", 1, 'field "max_proc": bad value: "-1"'],
    ["smtp inet n - y - -", 1, 'missing "command" field'],
    ["smtp inet n - y - - -", 1, 'field "command" has no default value'],
    [`${SMTPD}\n  -o { a = b`, 2, "missing '}' in \"{ a = b\""],
    [`${SMTPD}\n  -o { a = b }c`, 2, "syntax error after '}' in \"{ a = b }c\""],
    ["x unix - - y - - pipe\n {", 2, "missing '}' in \"{\""],
    [`${SMTPD}\n  -o a = b`, 2, "invalid \"-o a\" option value: missing '=' after attribute name"],
    [`${SMTPD}\n  -o =b`, 2, 'invalid "-o =b" option value: missing attribute name'],
    [`${SMTPD}\n  -o a=b\n  c=d`, 3, "unexpected command-line argument: c=d"],
    [`${SMTPD}\n  -o a=b, c=d\n  --`, 2, "unexpected command-line argument: c=d"],
    [`${SMTPD}\n  -o`, 2, "option requires an argument: -o"],
    [`${SMTPD}\n  -x`, 2, "invalid option: -x"],
  ])("%j", (text, line, what) => {
    try {
      read(`${text}\n`);
    } catch (error) {
      expect(isFromguardError(error) && [error.code, error.place.file, error.place.line, error.message]).toEqual([
        "FG_CONFIG_INVALID",
        "master.cf",
        line,
        `master.cf:${line}: ${what}`,
      ]);
      return;
    }
    expect.unreachable();
  });

  it("and nothing else is thrown, whatever the text", () => {
    const words = fc.constantFrom(SMTPD, "\n", "\n ", "-o", "{", "}", " ", "a=b", "#", "-", "\t", "=", "--", "\0");
    fc.assert(
      fc.property(
        fc.array(fc.oneof(words, fc.string({ unit: anyCharacter, maxLength: 4 })), { maxLength: 40 }),
        (parts) => {
          try {
            return read(parts.join("")).services.every(({ place, overrides }) =>
              overrides.every(({ place: at }) => (at.line ?? 0) >= (place.line ?? Number.POSITIVE_INFINITY)),
            );
          } catch (error) {
            return isFromguardError(error);
          }
        },
      ),
    );
  });

  it("in time linear in the file", () => {
    const options = Array.from({ length: 20_000 }, (_, at) => `  -o name_${at}={ a b }\n`).join("");
    expect(overridesOf(`${SMTPD}\n${options}`).at(-1)).toEqual(["name_19999", "{ a b }", 20_001]);
  });
});
