import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean } from "@fromguard/core";
import { Exit, exitCodes } from "../exit-codes.js";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Options as given, by name. */
export type OptionValues<Given extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Given; strict: true }>
>["values"];

/**
 * Reads a command's options and, where it works on a file, the one word that names it.
 *
 * @param what how the file is called in messages: `MAIN_CF`
 * @throws Exit 64 as {@link readOptions}, and where there is not one word
 */
export function readFileAndOptions<const Given extends Options>(
  command: string,
  args: readonly string[],
  options: Given,
  what: string,
): { readonly file: string; readonly values: OptionValues<Given> } {
  const { files, values } = readFilesAndOptions(command, args, options, what);
  const [file = "", second] = files;
  if (second !== undefined) throw new Exit(exitCodes.usage, `one ${what} at a time. See fromguard ${command} --help`);
  return { file, values };
}

/**
 * Reads a command's options and the words that name what it works on.
 *
 * @param what how one of them is called in messages: `LOG`
 * @throws Exit 64 as {@link readOptions}, and where there is no word
 */
export function readFilesAndOptions<const Given extends Options>(
  command: string,
  args: readonly string[],
  options: Given,
  what: string,
): { readonly files: readonly string[]; readonly values: OptionValues<Given> } {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true });
  const words = tokens.filter((token) => token.kind === "positional");
  if (words.length === 0) throw new Exit(exitCodes.usage, `which ${what}? See fromguard ${command} --help`);
  const others = args.filter((_, index) => !words.some((word) => word.index === index));
  return { files: words.map(({ value }) => value), values: readOptions(command, others, options) };
}

/**
 * Reads a command's options; it takes nothing else.
 *
 * @throws Exit 64 with one sentence for an unknown option, a missing or unexpected value, a word that is no option, or an
 * option that stands twice and may not.
 */
export function readOptions<const Given extends Options>(
  command: string,
  args: readonly string[],
  options: Given,
): OptionValues<Given> {
  const usage = (what: string) => new Exit(exitCodes.usage, `${what}; see fromguard ${command} --help`);
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") throw usage(`${JSON.stringify(token.value)} is not expected here`);
    if (token.kind !== "option") continue;
    const option = options[token.name];
    if (option === undefined) {
      const meant = didYouMean(token.name, Object.keys(options));
      throw usage(`unknown option ${token.rawName}${meant.replace("mean ", "mean --")}`);
    }
    if (option.type === "string" && token.value === undefined) throw usage(`${token.rawName} needs a value`);
    if (option.type === "boolean" && token.value !== undefined) throw usage(`${token.rawName} takes no value`);
    if (seen.has(token.name) && option.multiple !== true) throw usage(`${token.rawName} stands twice`);
    seen.add(token.name);
  }
  // `--sender -x` is a value that looks like an option: the strict reader wants it written `--sender=-x`, and says so.
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split("\n");
    throw usage(sentence.replace(/\.$/, ""));
  }
}
