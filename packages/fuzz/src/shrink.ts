/** The longest run of octets that is tried in every length: what can be spared may be a whole mailbox. */
const LONGEST = 32;

/** How often it is asked: with every reader at hand a question takes milliseconds. */
const MAX_TRIES = 1_500;

/**
 * Takes away octets as long as `fails` still holds: halves first, single ones last, then runs of every length, until none can be
 * spared or {@link MAX_TRIES} are spent.
 */
export async function shrink(raw: Uint8Array, fails: (raw: Uint8Array) => Promise<boolean>): Promise<Uint8Array> {
  let least = raw;
  let tries = 0;
  const without = async (size: number) => {
    for (let at = 0; at < least.length && tries < MAX_TRIES; tries++) {
      const less = Uint8Array.from([...least.subarray(0, at), ...least.subarray(at + size)]);
      if (await fails(less)) least = less;
      else at += size;
    }
  };
  for (let size = Math.ceil(raw.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    await without(size);
  for (let length = Number.POSITIVE_INFINITY; least.length < length; ) {
    length = least.length;
    for (let size = LONGEST; size >= 1; size--) await without(size);
  }
  return least;
}
