/**
 * Stalwart, as far as a hook can tell: how it cuts a message into a request, and what it makes of modifications.
 *
 * Written from stalwart 0.16.19, crates/smtp/src/inbound/hooks/message.rs and milter/message.rs, and mail-parser src/parsers/header.rs.
 */

/** The message of a request, as `raw_parsed_headers`, `raw_body` and `from_utf8_lossy` give it. */
export function hookMessage(raw: Uint8Array) {
  const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
  const { fields, body } = cut(Buffer.from(raw).toString("latin1"));
  const text = (part: string) => lossy.decode(Buffer.from(part, "latin1"));
  return {
    headers: fields.map(([name, value]) => [text(name), text(value)] as const),
    contents: text(body),
    size: raw.length,
  };
}

type Field = readonly [name: string, value: string];

/** What Stalwart holds of a message that was sent by DATA: the line end before the dot is not of it. BDAT leaves the octets as they are. */
export function heldOfData(sent: Buffer): Buffer {
  return sent.toString("latin1").endsWith("\r\n") ? sent.subarray(0, -2) : sent;
}

/**
 * Lines without a colon are passed over, and so are blanks at the start of a line; a line of blanks ends the header. Of a last line
 * that has neither colon nor end, the last octet is taken for the colon.
 */
function cut(raw: string): { readonly fields: readonly Field[]; readonly body: string } {
  const fields: Field[] = [];
  let at = 0;
  for (;;) {
    while (at < raw.length && raw[at] !== "\n" && /[ \t\r\f]/.test(raw[at]!)) at++;
    if (at >= raw.length) return { fields, body: "" };
    if (raw[at] === "\n") return { fields, body: raw.slice(at + 1) };
    const start = at;
    const colon = /^[^\n]*?[^ \t\r\f:\n][^\n:]*(?::|$)/.exec(raw.slice(start));
    const lineEnd = raw.indexOf("\n", start);
    if (colon === null) {
      at = lineEnd < 0 ? raw.length : lineEnd + 1;
      continue;
    }
    const valueStart = start + colon[0].length;
    const end = /\n(?![ \t])|$/.exec(raw.slice(valueStart))!;
    at = valueStart + end.index + end[0].length;
    fields.push([raw.slice(start, valueStart - 1), raw.slice(valueStart, at)]);
  }
}

export interface Modification {
  readonly type: string;
  readonly index?: number;
  readonly name?: string;
  readonly value?: string;
}

/** `apply_milter_modifications`: the message that is queued, and who sends it. */
export function applyModifications(raw: Uint8Array, modifications: readonly Modification[]) {
  const text = Buffer.from(raw).toString("latin1");
  const { fields, body } = cut(text);
  let from: string | undefined;
  const changes: { index: number; name: string; value: string; isChange: boolean }[] = [];
  let rewrites = false;
  for (const { type, index = 0, name = "", value = "" } of modifications) {
    const octets = Buffer.from(value, "utf8").toString("latin1");
    const push = (index: number, isChange: boolean) => changes.push({ index, name, value: octets, isChange });
    if (type === "changeFrom") from = value;
    else if (type === "addHeader") push(0, false);
    else if (type === "insertHeader") {
      push(index, false);
      rewrites = true;
    } else if (type === "deleteHeader" || fields.some(([field]) => field.toLowerCase() === name.toLowerCase())) {
      push(index, true);
      rewrites = true;
    } else push(0, false);
  }
  if (changes.length === 0) return { raw, from };
  const line = (name: string, value: string) =>
    `${name}:${/^\s/.test(value) ? "" : " "}${value}${value.endsWith("\n") ? "" : "\r\n"}`;
  if (!rewrites) {
    const added = changes.map(({ name, value }) => line(name, value)).join("");
    return { raw: Buffer.from(`${added}${text}`, "latin1"), from };
  }
  const headers = fields.map(([name, value]) => ({ name, value }));
  for (const { index, name, value, isChange } of changes) {
    const of = headers.filter((field) => field.name.toLowerCase() === name.toLowerCase());
    const found = of[index - 1];
    if (!isChange)
      headers.splice(index > 0 ? Math.max(0, headers.indexOf((found ?? of.at(-1))!)) : 0, 0, { name, value });
    else if (found !== undefined && value === "") headers.splice(headers.indexOf(found), 1);
    else if (found !== undefined) found.value = value;
  }
  const head = headers.map(({ name, value }) => line(name, value)).join("");
  return { raw: Buffer.from(`${head}\r\n${body}`, "latin1"), from };
}

/** An address as smtp-proto reads and Stalwart tells it: without quotes, in small letters. */
function toldAddress(path: string) {
  return { address: path.replace(/\\(.)|"/g, "$1").toLowerCase() };
}

/** A request of a stage, in the shape of the program. */
export function hookRequestOf(
  stage: string,
  { login, from = "ann@example.com", to = ["bob@example.org"], raw = undefined as Uint8Array | undefined } = {} as {
    login?: string;
    from?: string;
    to?: readonly string[];
    raw?: Uint8Array | undefined;
  },
) {
  const hasEnvelope = stage === "mail" || stage === "rcpt" || stage === "data";
  return {
    context: {
      stage,
      client: {
        ip: "192.0.2.7",
        port: 51234,
        ptr: null,
        helo: stage === "connect" ? null : "client.example",
        activeConnections: 1,
      },
      ...(login === undefined ? {} : { sasl: { login } }),
      server: { name: "Stalwart", port: 587, ip: "192.0.2.1" },
      ...(stage === "data" ? { queue: { id: "1a2b3c" } } : {}),
      protocol: { version: 1 },
    },
    ...(hasEnvelope
      ? { envelope: { from: toldAddress(from), to: (stage === "mail" ? [] : to).map(toldAddress) } }
      : {}),
    ...(raw === undefined ? {} : { message: hookMessage(raw) }),
  };
}
