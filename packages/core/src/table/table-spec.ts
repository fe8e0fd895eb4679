/** A table as configuration names it. */
export interface TableSpec {
  /** As written: types are in small letters only. */
  readonly type: string;
  /** The rest: a file, or text in braces. */
  readonly source: string;
}

/**
 * Splits `type:source` at the first colon. `proxy:` in front is transparent: the table is the one behind it.
 *
 * @param options `defaultType` stands where there is no colon, as `default_database_type` does for postmap. Default none: lists in
 * main.cf need a type
 * @returns `message`, in Postfix's words, where it names no table
 * @see Postfix dict_open(3), proxymap(8)
 */
export function parseTableSpec(
  text: string,
  options: { readonly defaultType?: string } = {},
): { readonly ok: true; readonly value: TableSpec } | { readonly ok: false; readonly message: string } {
  const rest = text.replace(/^(?:proxy:)+/, "");
  const colon = rest.indexOf(":");
  const type = colon < 0 ? options.defaultType : rest.slice(0, colon);
  const source = rest.slice(colon + 1);
  if (!type || source === "") {
    return { ok: false, message: `open dictionary: expecting "type:name" form instead of "${rest}"` };
  }
  return { ok: true, value: { type, source } };
}
