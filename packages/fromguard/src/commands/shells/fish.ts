import type { Completes, Usage } from "../usage/usage.js";

/** A completion for fish. */
export function fishCompletion(usages: Readonly<Record<string, Usage>>): string {
  const names = Object.keys(usages);
  const lines = [
    "# fish completion for fromguard",
    "complete -c fromguard -f",
    ...Object.entries(usages).map(
      ([name, { summary }]) => `complete -c fromguard -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    `complete -c fromguard -n '__fish_seen_subcommand_from help' -a ${quoted(names.join(" "))}`,
    ...Object.entries(usages).flatMap(([name, usage]) => commandLines(name, usage)),
    "complete -c fromguard -l help -s h -d 'tell more'",
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(name: string, { options, operand }: Usage): readonly string[] {
  const at = `complete -c fromguard -n '__fish_seen_subcommand_from ${name}'`;
  const flags = Object.entries(options).map(([option, { type, completes, help }]) => {
    const takes = type === "string" ? ` -r${offer(completes)}` : "";
    return `${at} ${option.length === 1 ? "-s" : "-l"} ${option}${takes} -d ${quoted(help)}`;
  });
  if (operand === undefined) return flags;
  return [...flags, operand === "files" ? `${at} -F` : `${at} -a ${quoted(operand.join(" "))}`];
}

function offer(completes: Completes | undefined): string {
  if (completes === undefined) return "";
  return completes === "files" ? " -F" : ` -a ${quoted(completes.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
