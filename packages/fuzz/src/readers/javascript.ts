import emailAddresses from "email-addresses";
import { type AddressObject, simpleParser } from "mailparser";
import addressparser from "nodemailer/lib/addressparser";
import PostalMime, { type Address } from "postal-mime";
import { ORIGINATORS, type Shown } from "../message.js";
import { decodeWords, fieldValues, readLeniently } from "./lenient.js";

/** Reads a message as one library does. A message that it refuses shows nothing. */
export type Reader = (raw: Uint8Array) => Shown | Promise<Shown>;

interface Entry {
  readonly name?: string | undefined;
  readonly address?: string | undefined;
  readonly group?: readonly Entry[] | undefined;
}

/** The readers that live in this process, by name. */
export const JAVASCRIPT_READERS: Readonly<Record<string, Reader>> = {
  lenient: readLeniently,
  "postal-mime": async (raw) => {
    const { from, sender } = await PostalMime.parse(raw);
    return shownOf([from, sender].filter((one): one is Address => one !== undefined));
  },
  mailparser: async (raw) => {
    const { from, headers } = await simpleParser(headerOf(raw), { skipTextToHtml: true, skipTextLinks: true });
    const sender = headers.get("sender");
    const isList = (one: unknown): one is AddressObject => typeof one === "object" && one !== null && "value" in one;
    return shownOf([from, sender].filter(isList).flatMap(({ value }) => value));
  },
  addressparser: (raw) => shownOf(values(raw).flatMap((value) => addressparser(value) as readonly Entry[])),
  "addressparser after decoding": (raw) =>
    shownOf(values(raw).flatMap((value) => addressparser(decodeWords(value)) as readonly Entry[])),
  "email-addresses": (raw) => shownOf(values(raw).flatMap(parsed)),
};

/** A slow reader gets no body. */
function headerOf(raw: Uint8Array): Buffer {
  const octets = Buffer.from(raw);
  const end = octets.indexOf("\r\n\r\n");
  return end < 0 ? octets : octets.subarray(0, end + 4);
}

function values(raw: Uint8Array): readonly string[] {
  return fieldValues(Buffer.from(raw).toString("utf8"), /\r?\n/, ORIGINATORS);
}

function parsed(value: string): readonly Entry[] {
  const list = emailAddresses.parseAddressList({ input: value.trim(), rfc6532: true, rejectTLD: false }) ?? [];
  return list.map((one) =>
    one.type === "group"
      ? { name: one.name, group: one.addresses.map(({ name, address }) => ({ name: name ?? "", address })) }
      : { name: one.name ?? "", address: one.address },
  );
}

function shownOf(entries: readonly Entry[]): Shown {
  const all = entries.flatMap((one) => [one, ...(one.group ?? [])]);
  return { addresses: all.map(({ address = "" }) => address), names: all.map(({ name = "" }) => name) };
}
