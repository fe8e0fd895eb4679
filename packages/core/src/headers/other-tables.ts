import { type CharsetReading, readCharset } from "./charset.js";
import { latin1 } from "./octets.js";

/**
 * {@link readCharset}, and what readers show whose tables are not those of the Encoding Standard: some lack the label, and take the octets
 * for UTF-8 or ISO 8859-1; others have an older table, and show octets that begin no character of it by themselves. What
 * follows them then stands for itself, be it an at sign. Old decoders of UTF-8 take ASCII in more octets than it needs.
 */
export function readOctets(label: string, octets: Uint8Array): CharsetReading {
  const usual = readCharset(label, octets);
  const others = otherTables(label, octets);
  return others.length === 0 ? usual : { ...usual, texts: [...usual.texts, ...others] };
}

function otherTables(label: string, octets: Uint8Array): readonly string[] {
  if (RARE_LABELS.has(label)) return [latin1(octets), utf8.decode(octets)];
  if (UTF8_LABELS.has(label)) return overlongReading(octets);
  const table = OLDER_TABLES.get(label);
  const raw = table === undefined ? "" : latin1(octets);
  if (table === undefined || !/[\x80-\xff]/.test(raw) || !raw.includes("@")) return [];
  const marked = raw.replace(table, (whole, alone: string | undefined) => (alone === undefined ? whole : MARK));
  const [text = ""] = readCharset(
    label,
    Uint8Array.from(marked, (char) => char.charCodeAt(0)),
  ).texts;
  return [text.replaceAll(MARK, "\ufffd")];
}

const UTF8_LABELS = new Set([
  "utf-8",
  "utf8",
  "unicode-1-1-utf-8",
  "unicode11utf8",
  "unicode20utf8",
  "x-unicode20utf8",
]);
const OVERLONG = /(?:[\xc0\xc1]|\xe0[\x80\x81]|\xf0\x80[\x80\x81])[\x80-\xbf]/g;

/** ASCII in two, three or four octets of UTF-8 read as ASCII; nothing where there is none. @see RFC 3629 section 10 */
function overlongReading(octets: Uint8Array): readonly string[] {
  if (octets.every((octet) => octet < 0x80)) return [];
  const raw = latin1(octets);
  const mended = raw.replace(OVERLONG, (form) => {
    const [high, low] = [form.charCodeAt(form.length - 2), form.charCodeAt(form.length - 1)];
    return String.fromCharCode(((high & 1) << 6) | (low & 0x3f));
  });
  return mended === raw ? [] : [utf8.decode(Uint8Array.from(mended, (char) => char.charCodeAt(0)))];
}

/** An octet that stands for itself in every table here, and is shown by nobody. */
const MARK = "\x01";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Labels that Python's codecs, iconv-lite or TextDecoder of Node lack, of charsets in which that tells. */
const RARE_LABELS = new Set(
  (
    "csgb2312 gb_2312 gb_2312-80 x-gbk cn-big5 x-x-big5 windows-31j x-sjis x-euc-jp cseucpkdfmtjapanese x-mac-cyrillic " +
    "x-user-defined csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff unicodefffe hz-gb-2312 iso-2022-kr csiso2022kr " +
    "iso-2022-cn iso-2022-cn-ext"
  ).split(" "),
);

/** By label, what begins no character of the older table, in a group, or else a whole character. */
const OLDER_TABLES: ReadonlyMap<string, RegExp> = new Map(
  (
    [
      ["gb2312 chinese csiso58gb231280 iso-ir-58", /([\x80-\xa0\xf8-\xff]|[\xa1-\xf7](?![\xa1-\xfe]))|[\xa1-\xf7]./gs],
      [
        "gbk gb18030 cp936 ms936",
        /([\x80\xff]|[\xa1-\xa7](?=[\x40-\xa0]))|[\x81-\xfe]\d[\x81-\xfe]\d|[\x81-\xfe][\x40-\xfe]/g,
      ],
      ["big5 big5-hkscs csbig5 cp950", /([\x80-\xa0\xc8\xfa-\xff])|[\xa1-\xf9][\x40-\x7e\xa1-\xfe]/g],
      [
        "shift_jis shift-jis sjis csshiftjis ms_kanji ms932 cp932",
        /([\x80\x85-\x87\xeb-\xff]|\x82(?=[\x40-\x4e])|\x88(?=[\x40-\x9e]))|[\x81-\x9f\xe0-\xea][\x40-\xfc]/g,
      ],
    ] as const
  ).flatMap(([labels, table]) => labels.split(" ").map((label) => [label, table] as const)),
);
