import { type DatabaseRecord, FromguardError } from "@fromguard/core";

/** 256 pairs of position and length of a hash table. */
const HEADER = 2048;
const RECORD_HEADER = 8;

/**
 * Reads every record of a cdb file, in the order in which they were written.
 *
 * @throws FromguardError FG_TABLE_INVALID for octets that are none
 * @see https://cr.yp.to/cdb/cdb.txt
 */
export function readCdb(octets: Buffer, file: string): readonly DatabaseRecord[] {
  if (octets.length < HEADER) throw broken(file, "it ends early");
  let end = octets.length;
  for (let at = 0; at < HEADER; at += 8) {
    const position = octets.readUInt32LE(at);
    if (position < HEADER || position + 8 * octets.readUInt32LE(at + 4) > octets.length) {
      throw broken(file, "a hash table is not within it");
    }
    end = Math.min(end, position);
  }
  const records: DatabaseRecord[] = [];
  for (let at = HEADER; at < end; ) {
    if (at + RECORD_HEADER > end) throw broken(file, "a record is cut");
    const key = at + RECORD_HEADER;
    const value = key + octets.readUInt32LE(at);
    at = value + octets.readUInt32LE(at + 4);
    if (at > end) throw broken(file, "a record is cut");
    records.push([octets.subarray(key, value), octets.subarray(value, at)]);
  }
  return records;
}

function broken(file: string, why: string): FromguardError {
  return new FromguardError("FG_TABLE_INVALID", `it cannot be read as cdb: ${why}`, { place: { file } });
}
