/** The largest run of octets that is tried in every length: what can be spared may be a whole mailbox. */
const LONGEST = 32;

/** Takes away octets as long as `fails` still holds: halves first, then runs of every length, until none can be spared. */
export async function shrink(raw: Uint8Array, fails: (raw: Uint8Array) => Promise<boolean>): Promise<Uint8Array> {
  let least = raw;
  for (let size = Math.ceil(raw.length / 2); size > LONGEST; size = Math.ceil(size / 2)) {
    least = await without(size, least, fails);
  }
  for (let length = Number.POSITIVE_INFINITY; least.length < length; ) {
    length = least.length;
    for (let size = LONGEST; size >= 1; size--) least = await without(size, least, fails);
  }
  return least;
}

async function without(
  size: number,
  raw: Uint8Array,
  fails: (raw: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let least = raw;
  for (let at = 0; at < least.length; ) {
    const less = Uint8Array.from([...least.subarray(0, at), ...least.subarray(at + size)]);
    if (await fails(less)) least = less;
    else at += size;
  }
  return least;
}
