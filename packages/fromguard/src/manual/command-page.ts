import { formOf } from "../commands/help.js";
import type { Usage } from "../commands/usage/usage.js";
import { ALL_USAGES, PROGRAM } from "../commands/usage/usages.js";
import { PAGES_SHIPPED } from "./shipped-pages.js";
import { definition, type Edition, escaped, literal, paragraph, section, titleLine } from "./troff.js";

/** `fromguard(1)`, out of what the commands take. */
export function commandPage(edition: Edition): string {
  const usages = Object.entries(ALL_USAGES);
  return [
    titleLine("fromguard", 1, edition),
    section("Name", `fromguard \\- ${escaped("may this login send as this address?")}\n`),
    section("Synopsis", ".B fromguard\n.I COMMAND\n[\n.I OPTION\n]...\n"),
    section("Description", paragraph(PROGRAM.about)),
    section("Commands", usages.map(([name, { summary }]) => definition(name, `${summary}.`)).join("")),
    ...usages.map(([name, usage]) => section(`fromguard ${name}`, commandBody(usage))),
    section("Environment", environment()),
    section("Exit status", paragraph(`For every command: ${PROGRAM.exitCodes}`)),
    section("See also", paragraph("fromguard.yaml(5), postconf(5), access(5)") + paragraph(PAGES_SHIPPED)),
  ].join("");
}

function commandBody({ about, synopsis, options, groups = {}, notes = [], examples, exitCodes }: Usage): string {
  const optionsOf = (group: string | undefined) =>
    Object.entries(options)
      .filter(([, option]) => option.group === group)
      .map(([name, option]) => definition(formOf(name, option), `${option.help}.`))
      .join("");
  return [
    paragraph(about),
    literal(synopsis.map((line) => `fromguard ${line}`)),
    optionsOf(undefined),
    ...Object.entries(groups).map(([group, heading]) => paragraph(heading) + optionsOf(group)),
    ...notes.map(paragraph),
    paragraph("Examples:"),
    literal(examples),
    exitCodes === undefined ? "" : paragraph(`Exit status: ${exitCodes}`),
  ].join("");
}

function environment(): string {
  return [
    definition("FROMGUARD_CONFIG", "The configuration file, where --config names none."),
    definition("FROMGUARD_*", "Keys of the configuration: log.level is FROMGUARD_LOG_LEVEL; see fromguard.yaml(5)."),
    definition("NO_COLOR", "No colour on terminals, where it is set and not empty."),
  ].join("");
}
