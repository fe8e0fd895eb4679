/**
 * UTS #46 (non-transitional) of a host by the platform's URL parser, for want of a function that does only this: the host in ASCII;
 * undefined where it refuses it.
 *
 * The parser also reads numbers as IPv4 addresses and gives a meaning to ASCII punctuation: what it is asked for has neither.
 * The host goes in as escaped UTF-8, as `URL.canParse` of Node 20, once it is optimised, takes short text of Latin-1 for UTF-8 and
 * refuses `http://ü/`.
 *
 * @see UTS #46 section 4, https://url.spec.whatwg.org/#host-parsing
 */
export function urlHost(host: string): string | undefined {
  if (/\p{Cs}/u.test(host)) return undefined;
  const url = `http://${encodeURIComponent(host)}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
