/** The words of the rest of a MAIL or RCPT command. */
export interface CommandWords {
  /** The address, with what stands around it up to the first blank. */
  readonly address: string;
  /** The words behind it, which are parameters. */
  readonly parameters: readonly string[];
  /** Whether a bracket or quote is not closed. */
  readonly isOpen: boolean;
}

const BLANK = /[\t-\r ]/;

/**
 * Splits `<...>` and what follows into words at blanks outside brackets and quotes.
 *
 * @see Postfix smtpd_token(3)
 */
export function commandWords(text: string): CommandWords {
  const words: string[] = [];
  let isOpen = false;
  let word = "";
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    if (BLANK.test(char)) {
      if (word !== "") words.push(word);
      word = "";
      at++;
      continue;
    }
    let end = at + (char === "\\" ? 2 : 1);
    if (char === "<" || char === '"') {
      const close = endOfQuoted(text, at);
      if (close === undefined && words.length === 0) isOpen = true;
      end = close ?? text.length;
    }
    word += text.slice(at, end);
    at = end;
  }
  if (word !== "") words.push(word);
  const [address = "", ...parameters] = words;
  return { address, parameters, isOpen };
}

/** Behind the character that closes the bracket or quote at `start`; undefined where none does. */
function endOfQuoted(text: string, start: number): number | undefined {
  const closers: string[] = [];
  const open = (char: string | undefined): void => {
    closers.push(char === "<" ? ">" : '"');
  };
  open(text[start]);
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    const closer = closers.at(-1);
    if (char === "\\") at++;
    else if (char === closer) {
      closers.pop();
      if (closers.length === 0) return at + 1;
    } else if (char === '"' || (char === "<" && closer === ">")) open(char);
  }
  return undefined;
}
