import type { Kind } from "../kind.js";
import { headerFrom } from "./header-from.js";
import { milter } from "./milter.js";
import { milterMalformed } from "./milter-malformed.js";
import { postfixSmtpd } from "./postfix-smtpd.js";
import { postfixTables } from "./postfix-tables.js";
import { smtpdOfMainCf } from "./smtpd-of-main-cf.js";

/** Every kind of corpus file, in the order in which they are tried. */
export const kinds: readonly Kind[] = [
  postfixTables,
  postfixSmtpd(smtpdOfMainCf()),
  headerFrom,
  milter,
  milterMalformed,
];
