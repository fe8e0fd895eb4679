import { type DatabaseRecord, FromguardError } from "@fromguard/core";

const MAGIC = 0xbeefc0de;
/** The data format of LMDB 0.9. */
const FORMAT = 1;
const PAGE_HEADER = 16;
/** Offsets in a page that is a meta page, by the C structures on a machine of 64 bits with small ends first. */
const META = { magic: 16, format: 20, pageSize: 40, entries: 120, root: 128, transaction: 144 } as const;
const META_END = 152;
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
/** The value is in pages of its own. */
const BIG_DATA = 0x01;
const NO_PAGE = 2n ** 64n - 1n;
/** More levels than a tree of 2^48 pages has. */
const MAX_DEPTH = 32;
const NODE_HEADER = 8;

/**
 * Reads every record of an LMDB data file, as it was at its last transaction. Nothing is locked or written: a file that is changed
 * while it is read can show older pages, so {@link lmdbTransaction} tells whether it was.
 *
 * The format is that of LMDB 0.9 on machines of 64 bits with small ends first, without named databases or duplicates: what
 * postmap builds.
 *
 * @throws FromguardError FG_TABLE_INVALID for any other octets
 */
export function readLmdb(octets: Buffer, file: string): readonly DatabaseRecord[] {
  return inBounds(file, () => {
    const meta = lastMeta(octets, file);
    const pageSize = pageSizeOf(octets, file);
    const records: DatabaseRecord[] = [];
    const pages = Math.floor(octets.length / pageSize);
    let left = pages;
    let room = octets.length;
    const walk = (page: bigint, depth: number): void => {
      // A page that is met twice runs the count down.
      if (page >= BigInt(pages) || depth > MAX_DEPTH || left-- <= 0) throw broken(file, "its tree has no end");
      const at = Number(page) * pageSize;
      const flags = octets.readUInt16LE(at + 10);
      const count = (octets.readUInt16LE(at + 12) - PAGE_HEADER) >> 1;
      if ((flags & (BRANCH | LEAF)) === 0) throw broken(file, "its tree has a page of another kind");
      for (let index = 0; index < count; index += 1) {
        const node = at + octets.readUInt16LE(at + PAGE_HEADER + 2 * index);
        const low = octets.readUInt32LE(node);
        const nodeFlags = octets.readUInt16LE(node + 4);
        if ((flags & BRANCH) !== 0) {
          walk((BigInt(nodeFlags) << 32n) | BigInt(low), depth + 1);
          continue;
        }
        if ((nodeFlags & ~BIG_DATA) !== 0) throw broken(file, "it has named databases or duplicates");
        const key = node + NODE_HEADER;
        const data = key + octets.readUInt16LE(node + 6);
        let from = data;
        if ((nodeFlags & BIG_DATA) !== 0) {
          const overflow = Number(octets.readBigUInt64LE(data)) * pageSize;
          if ((octets.readUInt16LE(overflow + 10) & OVERFLOW) === 0)
            throw broken(file, "a long value is not where it should be");
          from = overflow + PAGE_HEADER;
        }
        room -= low;
        if (room < 0 || data > octets.length || from + low > octets.length) throw broken(file, "it ends early");
        records.push([octets.subarray(key, data), octets.subarray(from, from + low)]);
      }
    };
    const root = octets.readBigUInt64LE(meta + META.root);
    if (root !== NO_PAGE) walk(root, 0);
    // A fault that leaves the tree whole must not look like a table without the keys.
    if (octets.readBigUInt64LE(meta + META.entries) !== BigInt(records.length))
      throw broken(file, "records are missing");
    return records;
  });
}

/**
 * The number of the last transaction of an LMDB data file.
 *
 * @throws FromguardError FG_TABLE_INVALID
 */
export function lmdbTransaction(octets: Buffer, file: string): bigint {
  return inBounds(file, () => octets.readBigUInt64LE(lastMeta(octets, file) + META.transaction));
}

/** Of the two meta pages the one that was written last. */
function lastMeta(octets: Buffer, file: string): number {
  const second = pageSizeOf(octets, file);
  if (!isMeta(octets, second)) throw broken(file, "its second page is none of LMDB");
  const newer = octets.readBigUInt64LE(second + META.transaction) > octets.readBigUInt64LE(META.transaction);
  return newer ? second : 0;
}

function pageSizeOf(octets: Buffer, file: string): number {
  if (octets.length < META_END || !isMeta(octets, 0)) throw broken(file, "it is no LMDB file of format 1");
  const size = octets.readUInt32LE(META.pageSize);
  if (size < 256 || size > 65536 || (size & (size - 1)) !== 0) throw broken(file, "its page size is odd");
  return size;
}

function isMeta(octets: Buffer, at: number): boolean {
  return octets.readUInt32LE(at + META.magic) === MAGIC && octets.readUInt32LE(at + META.format) === FORMAT;
}

/** A read outside of the octets is a fault of the file. */
function inBounds<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RangeError) throw broken(file, "it ends early", cause);
    throw cause;
  }
}

function broken(file: string, why: string, cause?: unknown): FromguardError {
  return new FromguardError("FG_TABLE_INVALID", `it cannot be read as LMDB: ${why}`, { place: { file }, cause });
}
