const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A text as its UTF-8 octets, one character an octet (latin1), which is what patterns match.
 *
 * Undefined for a text that is not well formed: a lone surrogate has no octets.
 */
export function bytesOf(text: string): string | undefined {
  if (isAscii(text)) return text;
  let out = "";
  for (const byte of encoder.encode(text)) out += String.fromCharCode(byte);
  // The encoder puts U+FFFD for a lone surrogate: only then does the way back differ.
  return textOf(out) === text ? out : undefined;
}

/** The text of latin1 octets that are UTF-8; undefined where they are not, as when a capture cuts a character. */
export function textOf(bytes: string): string | undefined {
  if (isAscii(bytes)) return bytes;
  try {
    return decoder.decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  } catch {
    // The only error of a fatal decoder is the answer to the question.
    return undefined;
  }
}

/** A loop, since an expression costs more than most keys are long. */
function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
