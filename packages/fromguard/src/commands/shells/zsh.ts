import type { Completes, Usage } from "../usage/usage.js";

/** A completion for zsh: a file `_fromguard` on `fpath`, or text to be evaluated behind `compinit`. */
export function zshCompletion(usages: Readonly<Record<string, Usage>>): string {
  const names = Object.entries(usages).map(([name, { summary }]) => `    ${quoted(`${name}:${summary}`)}\n`);
  const cases = Object.entries(usages).map(([name, usage]) => `        ${name}) _arguments${argumentsOf(usage)} ;;\n`);
  return `#compdef fromguard
_fromguard() {
  local -a commands
  commands=(
${names.join("")}  )
  local curcontext=$curcontext state line
  _arguments -C '--help[tell more]' '--version[print the version]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${cases.join("")}      esac
      ;;
  esac
}
if [[ $funcstack[1] == _fromguard ]]; then _fromguard "$@"; else compdef _fromguard fromguard; fi
`;
}

function argumentsOf({ options, operand }: Usage): string {
  const flags = Object.entries(options).map(([name, { multiple, value, completes, help }]) => {
    const flag = name.length === 1 ? `-${name}` : `--${name}`;
    const takes = value === undefined ? "" : `:${value.replaceAll(":", " ")}:${offer(completes)}`;
    return quoted(`${multiple === true ? "*" : ""}${flag}[${inBrackets(help)}]${takes}`);
  });
  const words =
    operand === undefined ? [] : [quoted(operand === "files" ? "*:file:_files" : `1:what:${offer(operand)}`)];
  const files = Array.isArray(operand) && Object.keys(options).length > 0 ? [quoted("2:file:_files")] : [];
  return [quoted("--help[tell more]"), ...flags, ...words, ...files].map((each) => ` \\\n          ${each}`).join("");
}

function offer(completes: Completes | undefined): string {
  if (completes === undefined) return "";
  return completes === "files" ? "_files" : `(${completes.join(" ")})`;
}

function inBrackets(text: string): string {
  return text.replace(/[[\]\\]/g, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
