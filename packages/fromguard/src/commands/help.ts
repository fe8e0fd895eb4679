import type { Option, Usage } from "./usage/usage.js";
import { ALL_USAGES, type CommandName, PROGRAM } from "./usage/usages.js";

/** Columns of help. */
const WIDTH = 125;

/** What `fromguard --help` prints. */
export function programHelp(): string {
  const commands = Object.entries(ALL_USAGES).map(([name, { summary }]) => [name, summary] as const);
  return sections([
    PROGRAM.about,
    "Usage: fromguard COMMAND [OPTION]...",
    `Commands:\n${table(commands)}`,
    `Options:\n${table(Object.entries(PROGRAM.options))}`,
    `Examples:\n${PROGRAM.examples.map((line) => `  ${line}\n`).join("")}`,
    wrapped(`Exit codes: ${PROGRAM.exitCodes}`),
  ]);
}

/** What `fromguard COMMAND --help` prints. */
export function commandHelp(name: CommandName): string {
  const usage: Usage = ALL_USAGES[name];
  const first = table(rowsOf(usage, undefined));
  return sections([
    wrapped(usage.about),
    usage.synopsis.map((line, index) => `${index === 0 ? "Usage:" : "      "} fromguard ${line}`).join("\n"),
    first === "" ? "" : `Options:\n${first}`,
    ...Object.entries(usage.groups ?? {}).map(([group, heading]) => `${heading}\n${table(rowsOf(usage, group))}`),
    ...(usage.notes ?? []).map(wrapped),
    `Examples:\n${usage.examples.map((line) => `  ${line}\n`).join("")}`,
    usage.exitCodes === undefined ? "" : wrapped(`Exit codes: ${usage.exitCodes}`),
  ]);
}

function sections(texts: readonly string[]): string {
  const said = texts.filter((text) => text !== "");
  return `${said.map((text) => text.trimEnd()).join("\n\n")}\n`;
}

function rowsOf({ options }: Usage, group: string | undefined): readonly (readonly [string, string])[] {
  return Object.entries(options)
    .filter(([, option]) => option.group === group)
    .map(([name, option]) => [formOf(name, option), option.help]);
}

/** `--config FILE`, or `-q KEY`. */
export function formOf(name: string, { value }: Pick<Option, "value">): string {
  const written = `${name.length === 1 ? "-" : "--"}${name}`;
  return value === undefined ? written : `${written} ${value}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(0, ...rows.map(([name]) => name.length)) + 5;
  return rows.map(([name, text]) => `  ${name.padEnd(left - 2)}${wrapped(text, left)}\n`).join("");
}

/** Lines of at most {@link WIDTH} columns; those after the first are indented. A line that begins with a blank is kept. */
function wrapped(text: string, indent = 0): string {
  return text
    .split("\n")
    .map((line) => (line.startsWith(" ") ? line : wrapLine(line, WIDTH - indent)))
    .join("\n")
    .replaceAll("\n", `\n${" ".repeat(indent)}`);
}

function wrapLine(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join("\n");
}
