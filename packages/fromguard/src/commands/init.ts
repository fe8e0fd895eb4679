import { access } from "node:fs/promises";
import { resolve } from "node:path";
import type { MainCf } from "@fromguard/postfix";
import { DEFAULT_CONFIG_FILE, parseConfig } from "../config/config.js";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import { configurationText, type Proposal, withComments } from "../init/configuration-text.js";
import { DEFAULT_MAIN_CF } from "../init/default-main-cf.js";
import { likelyLoginForm, localDomains, madeLoginMap } from "../init/logins.js";
import { freePorts } from "../init/ports.js";
import { postfixLines } from "../init/postfix-lines.js";
import { Questions } from "../init/questions.js";
import { type FoundPostfix, readPostfix } from "../init/read-postfix.js";
import { writeConfiguration } from "../init/write-configuration.js";
import type { Io } from "../io.js";
import { readMainCfFile } from "../main-cf/load-main-cf.js";
import { styleFor, visible } from "../report/style.js";
import { list } from "../report/words.js";
import { checkPolicy } from "./config.js";
import { toExit } from "./load.js";
import { readOptions } from "./options.js";
import { INIT } from "./usage/init.js";

/** `fromguard init`: writes a configuration for a Postfix, and prints how to connect it. */
export async function init(args: readonly string[], io: Io): Promise<ExitCode> {
  const { from, service, output: given = DEFAULT_CONFIG_FILE, force = false } = readOptions("init", args, INIT.options);
  const output = resolve(given);
  if (!force && (await exists(output))) {
    throw new Exit(exitCodes.usage, `${output} is there already: --force writes over it, --output FILE beside it`);
  }
  const questions = new Questions(io);
  try {
    const mainCf = resolve(from ?? (await questions.text("Which main.cf?", DEFAULT_MAIN_CF)));
    const found = await readPostfix(mainCf, service);
    const proposal = await propose(mainCf, found, questions);
    const text = configurationText(proposal);
    const gaps = await checkPolicy(parseConfig(text, `${output} (not written)`));
    const protects = proposal.audit
      ? "It refuses nothing yet. With preset: submission it will hold whoever logs in to his own addresses, in the envelope and in From, Sender, Resent-From, Resent-Sender and Author."
      : "It holds whoever logs in to his own addresses, in the envelope and in From, Sender, Resent-From, Resent-Sender and Author.";
    const notes = [...gaps.map((gap) => `Open: ${gap}`), ...notesOn(found)];
    await writeConfiguration(output, withComments(text, [protects, ...notes]), force);
    const style = styleFor(io.stdout, io.env);
    const { config: whole } = await readMainCfFile(mainCf, { overrides: [] });
    await io.stdout.write(
      [
        `${style.bold("wrote")} ${visible(output)}\n${protects}\n${visible(proposal.owners)}\n`,
        ...notes.map((note) => `${style.yellow(visible(note))}\n`),
        `\nStart it: fromguard serve --config ${visible(output)}\nThen let Postfix ask, and reload it:\n\n`,
        postfixLines(found, proposal.ports, whole),
      ].join(""),
    );
    return exitCodes.ok;
  } catch (error) {
    throw toExit(error);
  } finally {
    await questions.close();
  }
}

async function propose(mainCf: string, found: FoundPostfix, questions: Questions): Promise<Proposal> {
  const { config, maps, place } = found;
  const { maps: owning, owners } =
    maps.length > 0
      ? { maps, owners: `Owners: smtpd_sender_login_maps of ${place.file}:${place.line}.` }
      : await ownersWithoutMap(config, questions);
  const stance = await questions.choice(
    "Refuse forgeries, or look first and only log them?",
    ["refuse", "look"],
    "refuse",
  );
  return {
    mainCf,
    owners,
    maps: owning,
    delimiter: config.get("recipient_delimiter"),
    ports: freePorts(found),
    audit: stance === "look",
  };
}

async function ownersWithoutMap(config: MainCf, questions: Questions) {
  const likely = likelyLoginForm(config);
  const domains = localDomains(config);
  const form =
    domains.length === 0
      ? likely
      : await questions.choice("How do users log in, with", ["address", "local-part"] as const, likely);
  const owners =
    form === "address"
      ? "Owners: there is no smtpd_sender_login_maps; whoever logs in owns the address that is his login."
      : `Owners: there is no smtpd_sender_login_maps; whoever logs in owns his login at ${list(domains, "and")}.`;
  return { maps: [madeLoginMap(form, config)], owners };
}

/** Where these maps answer otherwise here than in Postfix. */
function notesOn({ config, maps }: FoundPostfix): readonly string[] {
  const byKey = maps.filter((map) => !/^(?:proxy:)?(?:pcre|regexp):/.test(map));
  if (byKey.length === 0 || config.list("mydestination").length === 0) return [];
  return [
    "Stricter than Postfix: login maps are not asked for the local part alone, as Postfix does for the domains of mydestination; write whole addresses.",
  ];
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}
