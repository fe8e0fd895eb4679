import { latin1 } from "./octets.js";

/** What readers make of octets in a charset. */
export interface CharsetReading {
  /** The usual reading first; others where readers differ. */
  readonly texts: readonly string[];
  /** False where the charset is none that this reader knows, whatever it could still see. */
  readonly known: boolean;
}

/**
 * Reads octets in the charset of an encoded-word: every label of the WHATWG Encoding Standard, and the shifted charsets of
 * mail that the standard replaces (ISO-2022-KR, HZ, the GB part of ISO-2022-CN). Octets that the charset lacks become U+FFFD.
 *
 * UTF-7 is read but not known: readers that know it see what others do not.
 */
export function readCharset(label: string, octets: Uint8Array): CharsetReading {
  const name = ALIASES[label] ?? label;
  if (UTF7.has(name)) return { texts: [readUtf7(latin1(octets)), asciiOf(octets)], known: false };
  if (name in SHIFTED) return readShifted(name, octets);
  const decoder = decoderOf(name);
  if (decoder === undefined) return { texts: [asciiOf(octets)], known: false };
  const { encoding, decode } = decoder;
  const text = decode(octets);
  // Without a byte order mark some take the other order than the standard.
  const order = OTHER_ORDER[encoding];
  const other = order === undefined ? [] : [decoderOf(order)!.decode(octets)];
  // A charset of seven bits lacks octets beyond: some then take all for UTF-8.
  if (encoding === "iso-2022-jp" && text.includes("\ufffd")) other.push(decoderOf("utf-8")!.decode(octets));
  return { texts: [text, ...other], known: true };
}

/** What a reader who does not know a charset may show of it: the line ends and printable ASCII among the octets. */
function asciiOf(octets: Uint8Array): string {
  return latin1(octets).replace(/[^\x20-\x7e\r\n]/g, "");
}

const octetsOf = (raw: string) => Uint8Array.from(raw, (char) => char.charCodeAt(0));

interface Decoder {
  /** Its name in the Encoding Standard. */
  readonly encoding: string;
  readonly decode: (octets: Uint8Array) => string;
}

const UTF7 = new Set(["utf-7", "utf7", "unicode-1-1-utf-7", "unicode-2-0-utf-7", "csunicode11utf7", "csutf7"]);
const OTHER_ORDER: Readonly<Record<string, string>> = { "utf-16le": "utf-16be", "utf-16be": "utf-16le" };
const ALIASES: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  "ansi_x3.4-1986": "us-ascii",
  "iso646-us": "us-ascii",
  cp50220: "iso-2022-jp",
  cp50221: "iso-2022-jp",
  cp50222: "iso-2022-jp",
  "iso-2022-jp-ms": "iso-2022-jp",
  cp51932: "euc-jp",
  "eucjp-ms": "euc-jp",
  ms949: "euc-kr",
  uhc: "euc-kr",
  cp932: "shift_jis",
  cp936: "gbk",
  cp949: "euc-kr",
  cp950: "big5",
});

/** Known decoders by label: no more than there are labels. */
const decoders = new Map<string, Decoder>();

/** Labels that the platform refused: it takes long to refuse, and a message may hold many. */
const unknownLabels = new Set<string>();
const MAX_UNKNOWN_LABELS = 16_384;

function decoderOf(label: string): Decoder | undefined {
  let decoder = decoders.get(label);
  if (decoder === undefined && !unknownLabels.has(label)) {
    decoder = makeDecoder(label);
    if (decoder !== undefined) decoders.set(label, decoder);
    else {
      if (unknownLabels.size >= MAX_UNKNOWN_LABELS) unknownLabels.clear();
      unknownLabels.add(label);
    }
  }
  return decoder;
}

function makeDecoder(label: string): Decoder | undefined {
  if (/^iso-?8859-16$/.test(label)) {
    return { encoding: "iso-8859-16", decode: (octets) => readSingleByte(octets, 0xa0, LATIN_10) };
  }
  if (label === "x-user-defined") {
    return { encoding: label, decode: (octets) => latin1(octets).replace(/[\x80-\xff]/g, userDefined) };
  }
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true });
    const { encoding } = decoder;
    const decode = (octets: Uint8Array) => decoder.decode(octets);
    // Some platforms read windows-1252 as ISO 8859-1.
    if (encoding === "windows-1252")
      return { encoding, decode: (octets) => readSingleByte(octets, 0x80, WINDOWS_1252) };
    if (!encoding.startsWith("windows-")) return { encoding, decode };
    return { encoding, decode: (octets) => decode(octets).replace(/[\x80-\x9f]/g, "\ufffd") };
  } catch {
    return undefined;
  }
}

const userDefined = (char: string) => String.fromCharCode(0xf700 + char.charCodeAt(0));

const WINDOWS_1252 = "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ";
const LATIN_10 =
  "\u00a0ĄąŁ€„Š§š©Ș«Ź\u00adźŻ°±ČłŽ”¶·žčș»ŒœŸżÀÁÂĂÄĆÆÇÈÉÊËÌÍÎÏĐŃÒÓÔŐÖŚŰÙÚÛÜĘȚßàáâăäćæçèéêëìíîïđńòóôőöśűùúûüęțÿ";

/** ISO 8859-1 but for the octets from `first`, for which `table` stands. */
function readSingleByte(octets: Uint8Array, first: number, table: string): string {
  let text = "";
  for (const octet of octets) text += table[octet - first] ?? String.fromCharCode(octet);
  return text;
}

/** Charsets that shift to a set of two octets a character: the octets of its encoding without the shifts, and that encoding. */
const SHIFTED: Readonly<Record<string, { readonly plainOf: (raw: string) => string; readonly base: string }>> =
  Object.assign(Object.create(null), {
    "iso-2022-kr": { plainOf: shiftedOut(/\x1b\$\)C/g), base: "euc-kr" },
    csiso2022kr: { plainOf: shiftedOut(/\x1b\$\)C/g), base: "euc-kr" },
    "iso-2022-cn": { plainOf: shiftedOut(/\x1b\$\)A/g), base: "gbk" },
    "iso-2022-cn-ext": { plainOf: shiftedOut(/\x1b\$\)A/g), base: "gbk" },
    "hz-gb-2312": { plainOf: plainOfHz, base: "gbk" },
  });

/** SO and SI shift to the set that an escape has announced. */
function shiftedOut(announced: RegExp): (raw: string) => string {
  return (raw) => raw.replace(announced, "").replace(/\x0e([^\x0f]*)\x0f?/g, high);
}

/** `~{` and `~}` shift; `~~` is a tilde, and a tilde at the end of a line nothing (RFC 1843). */
function plainOfHz(raw: string): string {
  return raw.replace(/~\{([^~]*)(?:~\}|$)/g, high).replace(/~(~|\n)/g, (_, char: string) => (char === "~" ? "~" : ""));
}

function high(_: string, run: string): string {
  return run.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) | 0x80));
}

function readShifted(name: string, octets: Uint8Array): CharsetReading {
  const { plainOf, base } = SHIFTED[name]!;
  const text = decoderOf(base)?.decode(octetsOf(plainOf(latin1(octets))));
  // Readers who do not know the charset take it for ASCII or UTF-8.
  const shown = decoderOf("utf-8")!
    .decode(octets)
    .replace(/[\x00-\x1f\x7f]/g, "");
  if (text === undefined) return { texts: [shown], known: false };
  // Planes for which there is no decoder stay behind their escape.
  return { texts: [text, shown], known: !text.includes("\x1b") };
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** @see RFC 2152 */
function readUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, run: string) => {
    if (run === "") return "+";
    let bits = 0;
    let held = 0;
    let units = "";
    for (const char of run) {
      held = ((held << 6) | BASE64.indexOf(char)) & 0x3fffff;
      bits += 6;
      if (bits < 16) continue;
      bits -= 16;
      units += String.fromCharCode((held >> bits) & 0xffff);
    }
    return units;
  });
}
