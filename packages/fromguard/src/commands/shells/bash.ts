import type { Completes, Option, Usage } from "../usage/usage.js";

/**
 * A completion for bash, 4.2 and later. It needs no bash-completion. What is offered stands in one `case` by command, and for values of
 * options in one by command and option.
 */
export function bashCompletion(usages: Readonly<Record<string, Usage>>): string {
  const names = [...Object.keys(usages), "help"];
  const commands = Object.entries(usages).map(([name, usage]) => commandCase(name, usage));
  return `# bash completion for fromguard
_fromguard() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
  local options="" words="" files=""
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${[...names, "--help", "--version"].join(" ")}" -- "$current"))
    return
  fi
  case $command in
${commands.join("")}    help) words="${Object.keys(usages).join(" ")}" ;;
    *) return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options --help" -- "$current"))
    return
  fi
  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); fi
  if [[ -n $files ]]; then
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _fromguard fromguard
`;
}

function commandCase(name: string, { options, operand }: Usage): string {
  const written = Object.entries(options).map(([option, each]) => ({ flag: flagOf(option), ...each }));
  const values = written.filter(({ type }) => type === "string").map((option) => `        ${valueCase(option)}\n`);
  const before = values.length === 0 ? "" : `      case $before in\n${values.join("")}      esac\n`;
  const flags = written.map(({ flag }) => flag).join(" ");
  const also = operand === undefined ? "" : operand === "files" ? " files=yes" : operandWords(operand);
  return `    ${name})\n${before}      options="${flags}"${also}\n      ;;\n`;
}

function operandWords(words: readonly string[]): string {
  return `\n      if ((COMP_CWORD == 2)); then words="${words.join(" ")}"; else files=yes; fi`;
}

function valueCase({ flag, completes }: Pick<Option, "completes"> & { readonly flag: string }): string {
  return `${flag}) ${offer(completes)} ;;`;
}

function offer(completes: Completes | undefined): string {
  if (completes === undefined) return "return";
  if (completes !== "files") return `COMPREPLY=($(compgen -W "${completes.join(" ")}" -- "$current")); return`;
  return `local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$current")); compopt -o filenames 2>/dev/null; return`;
}

function flagOf(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
