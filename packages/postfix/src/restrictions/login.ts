import { fold, grantLine, isOwner, listOwners, lowerAscii } from "@fromguard/core";
import type { CheckContext, Result } from "../smtpd/check-context.js";
import { type Found, resolved, searched } from "./address-search.js";
import type { Check } from "./restriction.js";

const LOGIN_MAPS = "smtpd_sender_login_maps";

/** The login owns the sender: who logged in may not use an address that others, or nobody, own. */
export const rejectAuthenticatedSenderLoginMismatch: Check = (context) =>
  ofLogin(context, "reject_authenticated_sender_login_mismatch", (login) => mustOwn(context, login, "reject"));

/** As the above for addresses that somebody owns; others are anyone's. Who did not log in may not use an owned one. */
export const rejectKnownSenderLoginMismatch: Check = (context) =>
  ofLogin(
    context,
    "reject_known_sender_login_mismatch",
    (login) => mustOwn(context, login, "dunno"),
    () => mustBeUnowned(context),
  );

/** Who did not log in may not use an address that somebody owns. */
export const rejectUnauthenticatedSenderLoginMismatch: Check = (context) =>
  ofLogin(context, "reject_unauthenticated_sender_login_mismatch", undefined, () => mustBeUnowned(context));

type Answer = Result | Promise<Result>;

/** The null sender is nobody's. Without login maps nobody owns an address, so that a login may use none: as recorded. */
function ofLogin(
  context: CheckContext,
  name: string,
  authenticated: (login: string) => Answer = () => "dunno",
  anonymous: () => Answer = () => "dunno",
): Answer {
  const { mail, settings } = context;
  if (!settings.config.bool("smtpd_sasl_auth_enable")) {
    context.warn(`restriction \`${name}' ignored: no SASL support`);
    return "dunno";
  }
  if (mail.sender === "") return "dunno";
  return mail.login === null ? anonymous() : authenticated(mail.login);
}

function mustOwn(context: CheckContext, login: string, unowned: "reject" | "dunno"): Answer {
  return ownersOf(context, (found, address) => {
    if (found === undefined && unowned === "dunno") return "dunno";
    const owners = found === undefined ? [] : listOwners(found.lookup.value);
    const foldCase = context.settings.config.bool("smtputf8_enable") ? fold : lowerAscii;
    if (found !== undefined && isOwner(owners, login, foldCase)) {
      context.note(() => ({ ...about(found, address), login }));
      return "dunno";
    }
    const remedy = grantLine(found?.table ?? context.settings.tables(LOGIN_MAPS)[0], found?.key ?? address, [
      ...owners,
      login,
    ]);
    return context.reject({
      category: "policy",
      code: 553,
      dsn: "5.7.1",
      text: `<${context.mail.sender}>: Sender address rejected: not owned by user ${login}`,
      evidence: { ...about(found, address), login, remedy },
    });
  });
}

function mustBeUnowned(context: CheckContext): Answer {
  return ownersOf(context, (found, address) => {
    if (found === undefined) return "dunno";
    return context.reject({
      category: "policy",
      code: 553,
      dsn: "5.7.1",
      text: `<${context.mail.sender}>: Sender address rejected: not logged in`,
      evidence: { ...about(found, address), remedy: "log in as an owner of the address" },
    });
  });
}

function ownersOf(context: CheckContext, next: (found: Found | undefined, address: string) => Answer): Answer {
  const { mail, settings } = context;
  return resolved(context, mail.sender, (sender) =>
    searched(
      context,
      { tables: settings.tables(LOGIN_MAPS), parameter: LOGIN_MAPS, replyName: mail.sender },
      sender,
      (found) => next(found, sender.address),
    ),
  );
}

function about(found: Found | undefined, address: string) {
  if (found === undefined) return { address, source: LOGIN_MAPS, key: address, detail: "nobody owns the address" };
  const { table, key, lookup } = found;
  return { ...lookup.evidence(), address, source: table.name, key, result: lookup.value };
}
