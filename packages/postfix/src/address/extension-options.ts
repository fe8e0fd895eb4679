import type { ExtensionOptions } from "@fromguard/core";
import type { MainCf } from "../main-cf/main-cf.js";

/**
 * How this main.cf folds a local part and finds its extension.
 *
 * @see postconf(5) recipient_delimiter, owner_request_special, double_bounce_sender, smtputf8_enable
 */
export function extensionOptions(config: MainCf): Required<ExtensionOptions> {
  return {
    recipientDelimiter: config.get("recipient_delimiter"),
    ownerRequestSpecial: config.bool("owner_request_special"),
    doubleBounceSender: config.get("double_bounce_sender"),
    utf8: config.bool("smtputf8_enable"),
  };
}
