import { andThen, isOverlong, isUtf8 } from "@fromguard/core";
import type { MainCf } from "../main-cf/main-cf.js";
import type { AddressResolver, ParsedAddress, Resolution } from "./address-resolver.js";
import { commandWords } from "./command-word.js";
import { isAscii } from "./mail-host.js";
import { type AddressList, readAddressList } from "./one-address.js";
import { isPlainAddress } from "./plain-address.js";
import { scanTokens } from "./tokens.js";

const SYNTAX = {
  MAIL: "501 5.1.7 Bad sender address syntax",
  RCPT: "501 5.1.3 Bad recipient address syntax",
} as const;
const COMMAND = { MAIL: "MAIL FROM:", RCPT: "RCPT TO:" } as const;

/** Octets of an address that fits any line. */
const MAX_PLAIN = 256;
/** Octets beyond which no address is looked at, whatever `line_length_limit` says; its default is 2048. */
const MAX_LINE = 8192;

/**
 * Reads the address of MAIL FROM or RCPT TO as smtpd does, in the order of its tests. See {@link AddressResolver.parse}.
 *
 * A line over `line_length_limit` is cut there, so that its bracket is not closed: a syntax error. Parameters that the text
 * itself carries behind a closed bracket are refused as unsupported.
 *
 * @see Postfix smtpd(8)
 */
export function addressParser(
  config: MainCf,
  resolve: (internal: string) => Resolution | Promise<Resolution>,
): AddressResolver["parse"] {
  const maxLine = Math.min(config.int("line_length_limit") || MAX_LINE, MAX_LINE);
  const strict = config.bool("strict_rfc821_envelopes");
  const strictUtf8 = config.bool("strict_smtputf8");
  const utf8Enabled = config.bool("smtputf8_enable");

  return (text, { name, smtputf8 }) => {
    if (isPlainAddress(text) && text.length <= MAX_PLAIN && (utf8Enabled || !smtputf8))
      return andThen(resolve(text), ({ kind }) =>
        kind === "error" ? { ok: false, reply: SYNTAX[name] } : { ok: true, internal: text },
      );
    const refuse = (reply: string): ParsedAddress => ({ ok: false, reply });
    if (utf8Enabled && !isUtf8(text)) return refuse("500 5.5.2 Error: bad UTF-8 syntax");
    if (isOverlong(`${COMMAND[name]}<${text}>`, maxLine) || /[\0\n]/.test(text)) return refuse(SYNTAX[name]);
    const declared = smtputf8 && name === "MAIL" ? " SMTPUTF8" : "";
    const { address, parameters, isOpen } = commandWords(`<${text}>${declared}`);
    if (isOpen) return refuse(SYNTAX[name]);
    const { count, internal, hasMore } = addressIn(address);
    if (count > 1 || (strict && (hasMore || internal.startsWith("@")))) return refuse(SYNTAX[name]);
    if (internal === "" && name === "RCPT") return refuse(SYNTAX[name]);
    const unsupported = parameters.find((parameter) => !(utf8Enabled && name === "MAIL" && isDeclaration(parameter)));
    const utf8 = utf8Enabled && (name === "MAIL" ? parameters.some(isDeclaration) : smtputf8);
    const accept = (): ParsedAddress => {
      if (unsupported !== undefined) return refuse(`555 5.5.4 Unsupported option: ${withoutControls(unsupported)}`);
      if (strictUtf8 && !utf8 && !isAscii(internal))
        return { ok: true, internal, undeclared: "553 5.6.7 Must declare SMTPUTF8 to send unicode address" };
      return { ok: true, internal };
    };
    if (internal === "") return accept();
    return andThen(resolve(internal), (resolution) =>
      resolution.kind === "error" || (!utf8 && resolution.kind === "resolved" && !hasAsciiDomain(resolution.address))
        ? refuse(SYNTAX[name])
        : accept(),
    );
  };
}

function isDeclaration(parameter: string): boolean {
  return parameter.toUpperCase() === "SMTPUTF8";
}

function withoutControls(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, " ");
}

/** A source route before the address goes; the brackets are those of the command only where they stand at both ends. */
function addressIn(word: string): AddressList {
  const text = word.startsWith("<") && word.endsWith(">") ? word.slice(1, -1) : word;
  const route = text.startsWith("@") ? text.indexOf(":") + 1 : 0;
  return readAddressList(scanTokens(text.slice(route)));
}

function hasAsciiDomain(address: string): boolean {
  return isAscii(address.slice(address.lastIndexOf("@") + 1));
}
