import { type ByteSet, byteSet, complement } from "./byte-set.js";
import type { Cursor } from "./cursor.js";

const CATEGORY = /^(?:c[cfnos]?|l[lmotu]?|m[cen]?|n[dlo]?|p[cdefios]?|s[ckmo]?|z[lps]?)$/;
const MAX_NAME = 49;

/**
 * Reads what follows `\p` or `\P`, and finds the octets that have the property, read as the characters U+0000 to U+00FF.
 *
 * General categories do not change for these. Scripts and binary properties do, so they are left out, as all are with UTF.
 *
 * @see pcre2pattern(3), "Unicode character properties"
 */
export function readProperty(
  cursor: Cursor,
  letter: string,
  utf: boolean,
): { readonly text: string; readonly set: ByteSet | undefined } {
  if (cursor.atEnd) cursor.fail(46);
  const start = cursor.position;
  let isNegated = letter === "P";
  let name = cursor.next();
  if (name === "{") {
    if (cursor.take("^")) isNegated = !isNegated;
    name = "";
    for (let char = nextInName(cursor); char !== "}"; char = nextInName(cursor)) {
      name += char;
      if (name.length === MAX_NAME) cursor.fail(46);
    }
  } else if (!/[A-Za-z]/.test(name)) cursor.fail(46);
  name = name.replace(/[A-Z]/g, (char) => char.toLowerCase());
  const expression = expressionOf(name);
  if (expression === undefined && !isOther(name)) cursor.fail(47);
  const text = `\\${letter}${cursor.text.slice(start, cursor.position)}`;
  if (utf || expression === undefined) return { text, set: undefined };
  const ranges: [number, number][] = [];
  for (let byte = 0; byte < 256; byte += 1) {
    if (expression.test(String.fromCharCode(byte))) ranges.push([byte, byte]);
  }
  const set = byteSet(...ranges);
  return { text, set: isNegated ? complement(set) : set };
}

function nextInName(cursor: Cursor): string {
  cursor.takeMatch(/[\t-\r _-]*/y);
  if (cursor.atEnd) cursor.fail(46);
  const char = cursor.next();
  if (char === "\0") cursor.fail(46);
  return char;
}

function expressionOf(name: string): RegExp | undefined {
  switch (name) {
    case "any":
      return /^/;
    case "l&":
    case "lc":
      return /[\p{Lu}\p{Ll}\p{Lt}]/u;
    case "xan":
      return /[\p{L}\p{N}]/u;
    case "xsp":
    case "xps":
      return /[\p{Z}\t-\r\x85]/u;
    case "xwd":
      return /[\p{L}\p{N}_]/u;
    case "xuc":
      return /[$@`\xa0-\xff]/;
  }
  return CATEGORY.test(name) ? new RegExp(`\\p{${capital(name)}}`, "u") : undefined;
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** Whether 10.42 knows a name that is not one of those above. */
function isOther(name: string): boolean {
  const [, kind, value] = /^([^:=]*)[:=](.*)$/s.exec(name) ?? [];
  if (value === undefined) return isScript(name) || BINARY.has(name) || BIDI.has(name);
  if (kind === "bc" || kind === "bidiclass") return BIDI.has(`bidi${value}`);
  return /^(?:sc|scx|script|scriptextensions)$/.test(kind!) && isScript(value);
}

/** Scripts of one word, and all by their four letters, are those that JavaScript knows, which may be later than Unicode 14. */
function isScript(name: string): boolean {
  if (SCRIPTS.has(name)) return true;
  if (!/^[a-z]+$/.test(name) || LATER_SCRIPTS.has(name)) return false;
  try {
    return new RegExp(`\\p{Script=${capital(name)}}`, "u") !== undefined;
  } catch {
    return false;
  }
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

const LATER_SCRIPTS = words(
  "kawi nagm gara garay gukh krai onao sunu sunuwar todr todhri tutg berf sidt sidetic tayo tolg",
);
const SCRIPTS = words(
  "anatolianhieroglyphs bassavah canadianaboriginal caucasianalbanian cyprominoan divesakuru egyptianhieroglyphs gunjalagondi hanifirohingya imperialaramaic inscriptionalpahlavi inscriptionalparthian kayahli khitansmallscript lineara linearb masaramgondi meeteimayek mendekikakui meroiticcursive meroitichieroglyphs newtailue nyiakengpuachuehmong olchiki oldhungarian olditalic oldnortharabian oldpermic oldpersian oldsogdian oldsoutharabian oldturkic olduyghur pahawhhmong paucinhau phagspa psalterpahlavi signwriting sorasompeng sylotinagri taile taitham taiviet warangciti zanabazarsquare",
);
const BIDI = new Set(
  "al an b bn c control cs en es et fsi l lre lri lro m mirrored nsm on pdf pdi r rle rli rlo s ws"
    .split(" ")
    .map((name) => `bidi${name}`),
);
const BINARY = words(
  "ahex alpha alphabetic ascii asciihexdigit cased caseignorable changeswhencasefolded changeswhencasemapped changeswhenlowercased changeswhentitlecased changeswhenuppercased ci cwcf cwcm cwl cwt cwu dash defaultignorablecodepoint dep deprecated di dia diacritic ebase ecomp emod emoji emojicomponent emojimodifier emojimodifierbase emojipresentation epres ext extendedpictographic extender extpict graphemebase graphemeextend graphemelink grbase grext grlink hex hexdigit idc idcontinue ideo ideographic ids idsb idsbinaryoperator idst idstart idstrinaryoperator joinc joincontrol loe logicalorderexception lower lowercase math nchar noncharactercodepoint patsyn patternsyntax patternwhitespace patws pcm prependedconcatenationmark qmark quotationmark radical regionalindicator ri sd sentenceterminal softdotted space sterm term terminalpunctuation uideo unifiedideograph upper uppercase variationselector vs whitespace wspace xidc xidcontinue xids xidstart",
);
