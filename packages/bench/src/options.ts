/** @throws where it is no whole number from 1 */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw invalid(`--${name}: a whole number from 1`);
  return value;
}

/** Some of the known names, separated by commas. @throws where one is not known */
export function someOf<Name extends string>(name: string, text: string, known: readonly Name[]): readonly Name[] {
  return text.split(",").map((part) => {
    const found = known.find((each) => each === part);
    if (found === undefined) throw invalid(`--${name}: some of ${known.join(",")}`);
    return found;
  });
}

/** An error as `parseArgs` throws it, of one sentence. */
export function invalid(sentence: string): Error {
  return Object.assign(new Error(sentence), { code: "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" });
}

/** What is wrong with options, in one sentence; undefined where it is another error. `parseArgs` adds advice that helps nobody here. */
export function optionFault(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  return code?.startsWith("ERR_PARSE_ARGS_") ? message.split(". ")[0] : undefined;
}
