import { isBlank } from "./octets.js";
import type { Token } from "./tokens.js";

/**
 * What readers show for the words of a name in a value, not decoded: first as the grammar has it, blanks kept as one. Some drop
 * blanks at the ends of a quoted string, within it or without, and before a comment that the next word touches; others put one
 * beside each quoted string. Each reading stands once; one without a character is none.
 */
export function nameReadings(words: readonly Token[], value: string): readonly string[] {
  const plain = plainReading(words);
  if (isPlain(words, value)) return plain === "" ? [] : [plain];
  const readings = new Set([plain, joinedReading(words, value), spacedReading(words)]);
  return [...readings].filter((text) => text !== "");
}

/** Whether every reader shows the same: no quoted strings, but one alone without blanks at its ends, and no comments that touch. */
function isPlain(words: readonly Token[], value: string): boolean {
  const [first] = words;
  if (words.length === 1 && first?.kind === "quoted") return first.text === first.text.trim();
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word.kind === "quoted" || (index > 0 && word.blank === touches(word, value))) return false;
  }
  return true;
}

function plainReading(words: readonly Token[]): string {
  let text = "";
  for (const word of words) text += word.blank && text !== "" ? ` ${word.text}` : word.text;
  return text;
}

function joinedReading(words: readonly Token[], value: string): string {
  let text = "";
  let end = "";
  for (const [index, word] of words.entries()) {
    const isQuoted = word.kind === "quoted";
    const isJoint = index === 0 || touches(word, value) || isQuoted || words[index - 1]?.kind === "quoted";
    // An address that is complete at a blank is read so by all: what follows is another word.
    const isApart = !isJoint || (word.blank && !touches(word, value) && ADDRESS_END.test(end));
    const shown = (isApart ? " " : "") + (isQuoted ? word.text.trim() : word.text);
    text += shown;
    end = (end + shown).slice(-MAX_END);
  }
  return text;
}

const ADDRESS_END = /@[^\s@]+\.[^\s@.]+$/;
const MAX_END = 300;

function spacedReading(words: readonly Token[]): string {
  let text = "";
  for (const [index, word] of words.entries()) {
    const isApart = word.blank || word.kind === "quoted" || words[index - 1]?.kind === "quoted";
    text += isApart && index > 0 ? ` ${word.text}` : word.text;
  }
  return text;
}

/** Whether no blank stands right before a word: a comment may, or another word. */
function touches(word: Token, value: string): boolean {
  return !isBlank(value.charCodeAt(word.start - 1));
}
