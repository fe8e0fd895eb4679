import { ORIGINATORS, type Shown } from "../message.js";

/** How a hasty reader finds the ends of lines. */
const LINE_ENDS = [/\r\n/, /\n/, /\r\n|\r|\n/, /\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]/];

/** As a name shows one: a local part that ends in no special of any width, and a domain of two labels or a literal. */
const ADDRESS = /^[^\s@]*[^\s()<>[\]:;@\\,]@(?:[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)+|\[[^\s\]]*\])$/u;

/**
 * What a hasty reader may show: any of the ways in which web mail and scripts find the sender. It takes CR, LF or anything
 * like it for a line end, the first or the last From, decodes before it parses, and takes what stands in angles. It gets the
 * message over a hop that takes a lone dot for the end of it, whatever ends its line.
 */
export function readLeniently(raw: Uint8Array): Shown {
  const text = Buffer.from(raw).toString("utf8");
  const addresses = new Set<string>();
  for (const ends of LINE_ENDS) {
    for (const value of [text, ...smuggled(text)].flatMap((one) => fieldValues(one, ends, ORIGINATORS))) {
      for (const form of [value, decodeWords(value)]) {
        const angles = [...form.matchAll(/<([^<>]+)>/g)].map(([, inner]) => inner ?? "");
        for (const one of [angles[0], angles.at(-1)]) if (one !== undefined) addresses.add(plain(one));
        if (angles.length === 0) addresses.add(plain(form));
      }
    }
  }
  return {
    addresses: [...addresses].filter((one) => ADDRESS.test(one) && ADDRESS.test(one.normalize("NFKC"))),
    names: namesOf(text),
  };
}

/** What stands behind a DATA that follows a lone dot; a line end of CRLF on both sides of the dot is undone by dot-stuffing. */
function smuggled(text: string): readonly string[] {
  return [...text.matchAll(/(\r\n|\r|\n)\.(\r\n|\r|\n)(?:[^\r\n]*(?:\r\n|\r|\n)){0,8}?DATA(?:\r\n|\r|\n)/g)]
    .filter(([, before, after]) => before !== "\r\n" || after !== "\r\n")
    .map(({ 0: whole, index }) => text.slice(index + whole.length));
}

/** The values of the fields of these names as a reader finds them, unfolded: the first and the last of each name. */
export function fieldValues(text: string, ends: RegExp, names: readonly string[]): readonly string[] {
  const fields: { readonly name: string; value: string }[] = [];
  for (const line of text.split(ends)) {
    if (line === "" || line === "\r") break;
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) last.value += line;
    else {
      const colon = line.indexOf(":");
      if (colon >= 0)
        fields.push({
          name: line.slice(0, colon).replace(/\0/g, "").trim().toLowerCase(),
          value: line.slice(colon + 1),
        });
    }
  }
  return names.flatMap((name) => {
    const values = fields.filter((field) => field.name === name).map(({ value }) => value);
    return values.length > 1 ? [values[0]!, values.at(-1)!] : values;
  });
}

/** Decodes every encoded-word in a charset that the platform knows, wherever it stands. */
export function decodeWords(value: string): string {
  return value
    .replace(/(=\?[^?\s]+\?[BbQq]\?[^?]*\?=)[ \t\r\n]+(?==\?)/g, "$1")
    .replace(/=\?([^?\s]+)\?([BbQq])\?([^?]*)\?=/g, (whole, charset: string, kind: string, data: string) => {
      const octets =
        kind.toLowerCase() === "b"
          ? Buffer.from(data, "base64")
          : Buffer.from(
              data
                .replace(/_/g, " ")
                .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
              "latin1",
            );
      return textOf(octets, charset.replace(/\*.*$/, "").toLowerCase()) ?? whole;
    });
}

function textOf(octets: Buffer, charset: string): string | undefined {
  if (charset === "us-ascii" || charset === "iso-8859-1") return octets.toString("latin1");
  try {
    return new TextDecoder(charset, { ignoreBOM: true }).decode(octets);
  } catch {
    // Plain text is the same in every charset that a name may have.
    return octets.every((octet) => octet < 0x80) ? octets.toString("latin1") : undefined;
  }
}

/** Comments are no part of an address to any reader, nor are blanks around it. */
function plain(text: string): string {
  let before: string;
  let after = text;
  do {
    before = after;
    after = before.replace(/\((?:[^()\\]|\\.)*\)/gs, "");
  } while (after !== before);
  return after.replace(/\s*([@.])\s*/g, "$1").replace(/^[\s,]+|[\s,]+$/g, "");
}

/** Names as they are shown: what stands before an angle, decoded, without escapes. */
function namesOf(text: string): readonly string[] {
  return fieldValues(text, /\r\n/, ORIGINATORS).flatMap((value) => {
    const at = decodeWords(value);
    return [...at.matchAll(/([^<>]*)</g)].map(([, name = ""]) => name.replace(/\\(.)/gs, "$1"));
  });
}
