const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Octets in latin1 as the text that they are in UTF-8, or, where they are no UTF-8, in latin1. */
export function textOf(octets: string): string {
  if (!/[\x80-\xff]/.test(octets)) return octets;
  try {
    return strictUtf8.decode(Buffer.from(octets, "latin1"));
  } catch {
    return octets;
  }
}
