/** Takes away octets as long as `fails` still holds: halves first, single ones last. */
export async function shrink(raw: Uint8Array, fails: (raw: Uint8Array) => Promise<boolean>): Promise<Uint8Array> {
  let least = raw;
  for (let size = Math.ceil(raw.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length; ) {
      const less = Uint8Array.from([...least.subarray(0, at), ...least.subarray(at + size)]);
      if (await fails(less)) least = less;
      else at += size;
    }
  }
  return least;
}
