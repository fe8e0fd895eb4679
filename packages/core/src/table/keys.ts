/** Text that has one is not UTF-8 on the wire. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a key takes more octets as UTF-8 than the limit; no character takes over three for one code unit. */
export function isOverlong(key: string, limit: number): boolean {
  if (key.length * 3 <= limit) return false;
  return key.length > limit || new TextEncoder().encode(key).length > limit;
}

/** Whether a key can be UTF-8. To one that cannot, each table of Postfix answers "not found", whatever it holds. */
export function isUtf8(key: string): boolean {
  return !LONE_SURROGATE.test(key);
}
