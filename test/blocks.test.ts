import { basename } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import * as core from "../packages/core/src/index.js";
import { ALL_USAGES } from "../packages/fromguard/src/commands/usage/usages.js";
import { parseConfig } from "../packages/fromguard/src/index.js";
import { commandsOf } from "../packages/fromguard/test/support/shell-commands.js";
import * as http from "../packages/http/src/index.js";
import * as milter from "../packages/milter/src/index.js";
import * as node from "../packages/node/src/index.js";
import * as pattern from "../packages/pattern/src/index.js";
import * as posix from "../packages/pattern/src/posix/index.js";
import * as policy from "../packages/policy/src/index.js";
import * as postfix from "../packages/postfix/src/index.js";
import * as smtpServer from "../packages/smtp-server/src/index.js";
import { page } from "./support/named-blocks.js";
import { SHOWN, type Shown } from "./support/shown.js";

/** Which test runs what a page shows, where it is more than this one looks at, or which script writes it. The test or script names the page. */
const RUN_BY: Readonly<Record<string, string>> = {
  "README.md": "packages/fromguard/test/commands/pages.test.ts",
  "docs/haraka.md": "packages/haraka/test/peers/pages.test.ts",
  "docs/http.md": "packages/http/test/docs.test.ts",
  "docs/install.md": "packages/fromguard/test/peers/units.test.ts",
  "docs/local-submission.md": "packages/fromguard/test/commands/pages.test.ts",
  "docs/main-cf.md": "packages/fromguard/test/commands/main-cf-docs.test.ts",
  "docs/metrics.md": "packages/fromguard/test/metrics/metrics.test.ts",
  "docs/own-mta.md": "packages/fromguard/test/peers/own-mta.test.ts",
  "docs/performance.md": "scripts/performance-page.mjs",
  "docs/postfix.md": "packages/fromguard/test/peers/postfix-guide.test.ts",
  "docs/replay.md": "packages/fromguard/test/commands/replay.test.ts",
  "docs/replies.md": "packages/fromguard/test/config/docs.test.ts",
  "docs/rspamd.md": "packages/fromguard/test/peers/rspamc.test.ts",
  "docs/sendmail.md": "packages/fromguard/test/peers/sendmail-guide.test.ts",
  "docs/stalwart.md": "packages/http/test/mta-hooks/page.test.ts",
  "docs/who-may-send-as-whom.md": "packages/fromguard/test/commands/who-docs.test.ts",
  "docs/zone-mta.md": "packages/zone-mta/test/peers/pages.test.ts",
  "examples/rspamd/README.md": "packages/http/test/peers/rspamd-example.test.ts",
};

/** Commands that no test runs, and why. */
const NOT_RUN: readonly (readonly [command: RegExp, reason: string])[] = [
  [
    /^npm install (?:--global )?[@\w/-]+(?: [@\w/-]+)*(?: +#.*)?$/,
    "the packages are not published; the smoke test installs them packed",
  ],
  [/^apt install --yes sendmail /, "Debian does not install Sendmail beside Postfix; the suite has it unpacked"],
  [/^echo sesame \| saslpasswd2 /, "the suite runs the same program on a database of its own"],
  [/^make -C \/etc\/mail$|^service sendmail restart$/, "the suite makes and starts a Sendmail of its own"],
  [/^haraka -c \.$/, "the suite starts Haraka by its program"],
  [/^systemctl /, "no machine of the tests runs systemd; the suite has it verify the units"],
  [/^jq /, "jq stands for any program that picks lines; the line and the command behind it are tested"],
];

const MODULES: Readonly<Record<string, object>> = {
  "@fromguard/core": core,
  "@fromguard/http": http,
  "@fromguard/milter": milter,
  "@fromguard/node": node,
  "@fromguard/pattern": pattern,
  "@fromguard/pattern/posix": posix,
  "@fromguard/policy": policy,
  "@fromguard/postfix": postfix,
  "@fromguard/smtp-server": smtpServer,
};

function checkScript({ text }: Shown): void {
  const { diagnostics } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.ESNext },
  });
  expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
  for (const [, names = "", from = ""] of text.matchAll(/^import \{([^}]*)\} from "(@fromguard\/[^"]+)";$/gm)) {
    const wanted = names
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type "));
    expect(Object.keys(MODULES[from] ?? {})).toEqual(expect.arrayContaining(wanted));
  }
}

const scripts: Readonly<Record<string, string>> = JSON.parse(page("package.json")).scripts;

/** The part of a command line that is a command of ours. */
function checkCommand(command: string): void {
  const [line = ""] = command.split("\n");
  const ours = /(?:^|\| )fromguard ([a-z-]+)(.*?)(?:>\S* &)?(?: +#.*)?$/.exec(line);
  if (ours !== null) {
    const usage = Object.entries(ALL_USAGES).find(([name]) => name === ours[1])?.[1];
    expect(usage, line).toBeDefined();
    const options = Object.fromEntries(
      Object.entries(usage?.options ?? {}).map(
        ([name, { type, multiple = false }]) => [name, { type, multiple }] as const,
      ),
    );
    const args = (ours[2] ?? "")
      .trim()
      .split(/ +/)
      .filter((word) => word !== "");
    parseArgs({ args, options: { help: { type: "boolean" }, ...options }, allowPositionals: true, strict: true });
  }
  const script = /\bnpm (?:run (?:--silent )?([\w:]+)|(start|test)\b)/.exec(line);
  if (script !== null) expect(Object.keys(scripts)).toContain(script[1] ?? script[2]);
}

function checkConsole({ page: path, language, text }: Shown): void {
  const commands =
    language === "console"
      ? commandsOf(text)
      : text
          .replaceAll("\\\n", "")
          .split("\n")
          .filter((line) => line !== "" && !line.startsWith("#"));
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) {
    checkCommand(command);
    const isKnown =
      /^(?:fromguard|npm (?:start|test|run))\b/.test(command) || NOT_RUN.some(([known]) => known.test(command));
    if (!isKnown) expect(Object.keys(RUN_BY), `${path}: nothing runs ${command}`).toContain(path);
  }
}

function checkPostfix({ text }: Shown): void {
  const [main = "", master = ""] = text.split(/^# master\.cf.*\n/m);
  const { config, warnings } = postfix.readMainCf(main, { file: "main.cf" });
  expect(warnings).toEqual([]);
  expect([...config.names].length).toBeGreaterThan(0);
  if (master !== "")
    expect(postfix.readMasterCf(`submission inet n - y - - smtpd\n${master}`, { file: "master.cf" }).warnings).toEqual(
      [],
    );
}

function checkMap({ text }: Shown): void {
  expect(core.pcreTable(text, { file: "map" }).warnings).toEqual([]);
}

function checkUnits({ text }: Shown): void {
  for (const line of text.split("\n")) expect(line).toMatch(/^(?:|# \/etc\/systemd\/\S+|\[[A-Z]\w+\]|[A-Z]\w+=\S.*)$/);
}

/** What looks at a block; undefined where only the test of its page does. */
function checkOf({ page: path, language, text }: Shown): ((shown: Shown) => void) | undefined {
  if (language === "console" || language === "sh") return checkConsole;
  if (language === "js" || language === "ts") return checkScript;
  if (language === "json") return (shown) => void JSON.parse(shown.text);
  if (language === "yaml" && !/^(?:# grants\.yaml|- )/.test(text)) return (shown) => void parseConfig(shown.text, path);
  if (language !== "") return undefined;
  if (/^(?:fromguard|npm|curl) /.test(text)) return checkConsole;
  if (/^# \/etc\/systemd\//.test(text)) return checkUnits;
  if (/^(?:# \S*main\.cf\n)?[a-z_]+ *=/.test(text)) return checkPostfix;
  if (/^check_policy_service /.test(text))
    return (shown) => checkPostfix({ ...shown, text: `smtpd_sender_restrictions = ${shown.text}` });
  if (/^\/\^/.test(text)) return checkMap;
  return undefined;
}

describe("every block of every page", () => {
  it.each(SHOWN.map((shown) => [shown.page, shown.text.slice(0, 60), shown] as const))(
    "%s: %j",
    (path, _start, shown) => {
      const check = checkOf(shown);
      check?.(shown);
      if (check === undefined) expect(Object.keys(RUN_BY), `nothing looks at ${shown.text}`).toContain(path);
    },
  );

  it.each(Object.entries(RUN_BY))("%s is shown, and named by %s", (path, test) => {
    expect(SHOWN.map((shown) => shown.page)).toContain(path);
    expect(page(test)).toContain(basename(path));
  });

  it("has no reason for a command that nobody shows", () => {
    const commands = SHOWN.flatMap(({ language, text }) =>
      language === "console" ? commandsOf(text) : text.split("\n"),
    );
    for (const [known] of NOT_RUN)
      expect(
        commands.some((command) => known.test(command)),
        String(known),
      ).toBe(true);
  });
});
