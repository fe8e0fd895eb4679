import { domainToUnicode } from "node:url";

/** What a reader could take a domain for. */
export type Look =
  | { readonly kind: "plain" }
  /** Letters that no one script has. */
  | { readonly kind: "mixed"; readonly label: string }
  /** Every letter of the label looks like a Latin one, and none is; or its script is not recommended for names. */
  | { readonly kind: "suspicious"; readonly label: string; readonly why: string };

/** @see UTS #31 table 5, recommended scripts */
const SCRIPTS =
  "Latin Greek Cyrillic Armenian Hebrew Arabic Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Khmer Hiragana Katakana Bopomofo Han".split(
    " ",
  );

/** @see UTS #39 section 5.2, highly restrictive */
const TOGETHER = ["Latin Han Hiragana Katakana", "Latin Han Bopomofo", "Latin Han Hangul"];

const ofScripts = (scripts: string) =>
  new RegExp(
    `^[${["Common", "Inherited", ...scripts.split(" ")].map((script) => `\\p{Script=${script}}`).join("")}]*$`,
    "u",
  );
const ALLOWED = [...SCRIPTS, ...TOGETHER].map(ofScripts);
const RECOMMENDED = new RegExp(`[${SCRIPTS.map((script) => `\\p{Script=${script}}`).join("")}]`, "u");

/** Judges the labels of a domain in A-labels. */
export function lookOf(domain: string): Look {
  if (!domain.includes("xn--")) return PLAIN;
  for (const label of domainToUnicode(domain).split(".")) {
    if (/^[\x00-\x7f]*$/.test(label)) continue;
    if (!ALLOWED.some((scripts) => scripts.test(label))) {
      if (RECOMMENDED.test(label)) return { kind: "mixed", label };
      return { kind: "suspicious", label, why: "is in a script that is not recommended for names" };
    }
    if (/^[\x00-\x7f]*$/.test(skeletonOf(label)) && !/\p{Script=Latin}/u.test(label)) {
      return { kind: "suspicious", label, why: `looks like ${skeletonOf(label)}` };
    }
  }
  return PLAIN;
}

const PLAIN: Look = { kind: "plain" };

/** What two domains have in common that a reader cannot tell apart. Every domain in ASCII is its own. */
export function skeletonOfDomain(domain: string): string {
  return domain.includes("xn--") ? skeletonOf(domainToUnicode(domain)) : domain;
}

function skeletonOf(text: string): string {
  return Array.from(text.normalize("NFKC").toLowerCase(), (char) => LOOKS_LIKE.get(char) ?? char).join("");
}

/**
 * Small letters of Cyrillic, Greek, Armenian, Georgian and Latin itself that are drawn as one letter of ASCII is. Left out are the
 * pairs of two letters (`æ` and `ae`), of which one host rightly has both, and scripts of which no whole label can look like Latin.
 *
 * By hand rather than from a package: of the 6,300 pairs of `unhomoglyph` these are the ones that IDNA admits in a label of one script.
 *
 * @see UTS #39 confusables.txt
 */
const LOOKS_LIKE: ReadonlyMap<string, string> = new Map(
  [
    ..."aа cс dԁ eе hһ iі jј lӏ oо pр qԛ sѕ vѵ wԝ xх yу yү".split(" "),
    ..."aα cϲ iι jϳ oο oσ pρ uυ vν yγ".split(" "),
    ..."rг wѡ eҽ rᴦ".split(" "),
    ..."gց hհ nո oօ uս fք nռ qգ qզ wա".split(" "),
    ..."aɑ gɡ iı iɩ jȷ yʏ cᴄ eꬲ fꬵ fꞙ fẝ gᶃ gƍ iɪ lǀ oᴏ oᴑ oꬽ rꭇ rꭈ sꜱ sƽ uꞟ uᴜ uꭎ uʋ vᴠ wɯ wᴡ yɣ yᶌ yỿ yꭚ zᴢ".split(
      " ",
    ),
    ..."oჿ yყ".split(" "),
  ].map((pair) => [pair.slice(1), pair.slice(0, 1)]),
);
