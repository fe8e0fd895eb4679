const DOT_STRING_FORBIDS = /[\x00-\x20\x7f()<>@,;:\\"[\]]|\.\./;

/** Where the local part begins: behind a source route `@a,@b:`. */
function startOfLocalPart(text: string): number {
  return text.startsWith("@") ? text.indexOf(":") + 1 : 0;
}

/**
 * The external form of an internal address: its local part in quotes where it is no dot-string.
 *
 * A source route before it and the domain behind the last at sign stay as they are; so do letters beyond ASCII.
 *
 * @see Postfix quote_822_local(3)
 */
export function externalForm(internal: string): string {
  const start = startOfLocalPart(internal);
  const at = internal.lastIndexOf("@");
  const end = at >= start ? at : internal.length;
  const local = internal.slice(start, end);
  if (isDotString(local)) return internal;
  return `${internal.slice(0, start)}"${local.replace(/["\\\r]/g, "\\$&")}"${internal.slice(end)}`;
}

/** Whether a local part needs no quotes. */
export function isDotString(local: string): boolean {
  return local !== "" && !local.startsWith(".") && !local.endsWith(".") && !DOT_STRING_FORBIDS.test(local);
}

/**
 * The internal form of an external address: quotes and backslashes gone from all but the route before it and the domain
 * behind the last at sign outside quotes.
 *
 * @see Postfix unquote_822_local(3)
 */
export function unquoted(external: string): string {
  const start = startOfLocalPart(external);
  let isQuoted = false;
  let text = external.slice(0, start);
  let beforeDomain: string | undefined;
  let domain = "";
  for (let at = start; at < external.length; at++) {
    const char = external[at] as string;
    if (char === '"') {
      isQuoted = !isQuoted;
      continue;
    }
    if (char === "@" && !isQuoted) {
      beforeDomain = text;
      domain = external.slice(at);
    } else if (char === "\\") {
      if (at + 1 === external.length) continue;
      at++;
    }
    text += external[at];
  }
  return beforeDomain === undefined ? text : beforeDomain + domain;
}

/** What stands behind the last at sign; the whole text where there is none. */
export function domainOf(internal: string): string {
  return internal.slice(internal.lastIndexOf("@") + 1);
}
