/** The login of each local part of example.com. */
export const MAP = "/^([^@+]+)(\\+[^@]*)?@example\\.com$/  $1\n";
export const HONEST = "From: Ann <ann@example.com>\r\nSubject: hello\r\n\r\n.dot\r\n";
export const FORGED = HONEST.replace("ann@", "bob@");

/** Files of a policy that asks who owns an address. */
export function owned(rules: string): { readonly files: Readonly<Record<string, string>> } {
  return { files: { senders: MAP, "fromguard.yaml": `ownership:\n  - login-map: pcre:senders\n${rules}` } };
}

/** The envelope and the header. */
export const BOTH = "rules: [login-owns-envelope, header-originators-owned]\n";
