import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { startNameServer } from "../../src/demo/name-server.js";
import { bundleCli } from "../support/bundle-cli.js";
import { blocksOf, page } from "../support/page.js";
import { commandsOf } from "../support/shell-commands.js";
import { asShown } from "../support/trace.js";
import { Daemon } from "./daemon.js";
import { whyNotRun } from "./peers.js";
import { freePorts } from "./postfix.js";
import { PrivateSendmail, whyNoSendmail } from "./sendmail.js";

const text = page("docs/sendmail.md");
const blocks = blocksOf(text);
const inLanguage = (wanted: string) => blocks.filter(({ language }) => language === wanted).map((block) => block.text);
const commands = inLanguage("console").flatMap(commandsOf);
const [, shown = ""] = /^<\*\* (.*)$/m.exec(text) ?? [];

const isMissing = whyNoSendmail() !== undefined || whyNotRun(["swaks"]) !== undefined;

describe.skipIf(isMissing)("docs/sendmail.md", () => {
  it("shows a policy, and a filter that refuses the forgery and takes honest mail", async () => {
    const [port] = (await freePorts(1)) as [number];
    const dns = await startNameServer({ "example.com": { mx: "mx.example.com" } });
    onTestFinished(dns.close);
    const [policy = ""] = inLanguage("yaml");
    const daemon = await Daemon.start({
      cli: await bundleCli(),
      config: `${policy.replace("10041", String(port))}dns: { servers: ["${dns.address}"] }\n`,
      ready: /"ready"/,
    });
    onTestFinished(() => daemon.stop());
    const [login = "", filter = ""] = inLanguage("").filter((block) => block.includes("dnl\n"));
    const mc = `${login}${filter.replace("10041", String(port))}`;
    const users = { "ann@mail.example.com": "sesame" };
    const sendmail = await PrivateSendmail.start({ milters: {}, users, guide: mc });
    onTestFinished(() => sendmail.stop());

    const forge = commands.find((command) => command.startsWith("swaks")) ?? "";
    const swaks = (command: string) =>
      promisify(execFile)("sh", ["-c", command.replace("127.0.0.1", `127.0.0.1:${sendmail.port("guide")}`)]).then(
        ({ stdout }) => ({ code: 0, stdout }),
        ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
      );
    const refused = await swaks(forge);
    expect(asShown(refused.stdout).split("\n")).toContain(`<** ${shown}`);
    expect(refused.code).not.toBe(0);
    expect(await sendmail.mailboxes()).toEqual([]);
    expect(await swaks(forge.replace(/ --header .*$/, ""))).toMatchObject({ code: 0 });
    expect(await sendmail.deliveredTo("bob")).toContain("ann@example.com");
  });
});
