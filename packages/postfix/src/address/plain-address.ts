const PLAIN = /^[\w#$&'*+/=?^`{}~-]+(?:\.[\w#$&'*+/=?^`{}~-]+)*@[\w-]+(?:\.[\w-]+)*$/;

/**
 * Whether text is a dot-string, an at sign and dotted labels, all in ASCII and without `%`, `!` and `|`: its own internal and
 * external form, without a domain hidden in it. Nearly every address is; what it takes to read the others need not be done.
 */
export function isPlainAddress(text: string): boolean {
  return PLAIN.test(text);
}
