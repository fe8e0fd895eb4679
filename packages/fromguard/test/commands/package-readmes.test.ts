import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { startNameServer } from "../../src/demo/name-server.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { blocksOf, page } from "../support/page.js";
import { MAP } from "../support/scenario.js";
import { testIo } from "../support/test-io.js";

const README = blocksOf(page("packages/fromguard/README.md"));

/** The commands of the README, without the words behind them. */
const SHOWN = README.filter(({ language }) => language === "console").flatMap(({ text }) =>
  [...text.matchAll(/^\$ fromguard (.*?)(?: +#.*)?$/gm)].map(([, command = ""]) => command),
);

const MAIN_CF = `smtpd_sender_login_maps = pcre:@DIR@/senders
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_auth_enable = yes
`;

/** What each answers where alice@example.com is alice's by the map: exit code, and what is among what it prints. */
const ANSWERS: Readonly<Record<string, readonly [code: number, printed: readonly string[]]>> = {
  demo: [0, ["from-not-owned", "envelope-not-owned"]],
  "check --login bob --sender alice@example.com": [1, ["REJECT  553 5.7.1 ", "senders:1"]],
  "who sales@example.com": [0, ["sales", "senders:1"]],
  "may bob": [0, ["senders:1"]],
  "check --main-cf /etc/postfix/main.cf --login bob --sender alice@example.com": [
    1,
    ["553 5.7.1 ", "not owned by user bob"],
  ],
  "lint /etc/postfix/main.cf": [1, ["no-header-check"]],
  "import /etc/postfix/main.cf": [0, ["ownership:", "rules:"]],
  "postmap -q alice@example.com pcre:senders": [0, ["alice\n"]],
  "serve --config /etc/fromguard/fromguard.yaml": [0, ['"event":"ready"', '"event":"stopped"']],
};

/** The configuration of the README, on ports that the system chooses, with DNS behind it. */
async function installed(): Promise<string> {
  const dns = await startNameServer({ "example.com": { mx: "mx.example.com" } });
  onTestFinished(dns.close);
  const yaml = README.find(({ language }) => language === "yaml")?.text ?? "";
  const folder = await folderWith({ senders: MAP, sender_login_maps: MAP });
  const config = yaml
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:0")
    .replaceAll("/etc/postfix/sender_login_maps", `${folder}/senders`);
  return await folderWith({
    "fromguard.yaml": `${config}dns: { servers: ["${dns.address}"] }\n`,
    "main.cf": MAIN_CF.replace("@DIR@", folder),
    senders: MAP,
  });
}

describe("the commands of packages/fromguard/README.md", () => {
  it("are these", () => {
    expect(SHOWN).toEqual(Object.keys(ANSWERS));
  });

  it.each(Object.entries(ANSWERS))("fromguard %s", async (command, [code, printed]) => {
    const folder = await installed();
    const words = command
      .replace(/\/etc\/(?:postfix|fromguard)/g, folder)
      .replace("pcre:senders", `pcre:${folder}/senders`)
      .split(" ");
    if (/^(?:check|who|may) (?!--main-cf)/.test(command)) words.push("--config", `${folder}/fromguard.yaml`);
    const io = testIo({ onOut: (text) => void (text.includes('"event":"ready"') && io.stop()) });
    expect({
      code: await main(words, io),
      missing: printed.filter((text) => !io.out().includes(text)),
      err: io.err(),
    }).toEqual({
      code,
      missing: [],
      err: expect.not.stringContaining("fromguard: "),
    });
  });
});

describe("npm scripts", () => {
  const folders = readdirSync(new URL("../../../", import.meta.url)).map((name) => `packages/${name}/README.md`);
  const pages = ["README.md", "CONTRIBUTING.md", ...folders].filter((path) =>
    existsSync(new URL(`../../../../${path}`, import.meta.url)),
  );
  const scripts = Object.keys(JSON.parse(page("package.json")).scripts);

  it("are named on pages", () => {
    expect(pages).toContain("packages/bench/README.md");
  });

  it.each(pages)("that %s names exist", (path) => {
    const named = [...page(path).matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !scripts.includes(name ?? ""))).toEqual([]);
  });
});
