import { andThen } from "@fromguard/core";
import type { MatchList } from "../lists/match-list.js";
import type { Account } from "./account.js";
import type { SenderMatch } from "./login-senders.js";

/** What a local user is told. `text` is the line of Postfix, without the name of the program before it. */
export type SubmissionAnswer =
  | { readonly kind: "allowed" }
  | { readonly kind: "refused"; readonly text: string }
  /** A table or file could not answer: nothing is taken, and `sendmail` says to try later. */
  | { readonly kind: "unknown"; readonly text: string; readonly cause: string };

/** What one main.cf lets the users of its machine do with `sendmail` and `postdrop`. */
export interface LocalSubmission {
  /** `authorized_submit_users`: whether this user may submit mail at all. */
  maySubmit(account: Account): SubmissionAnswer | Promise<SubmissionAnswer>;
  /**
   * `local_login_sender_maps`: whether this user may submit mail with this envelope sender. It does not ask
   * {@link LocalSubmission.maySubmit}, and says nothing of the header.
   *
   * @param sender in internal form, empty for the null sender. Without `-f`, `sendmail` gives the bare user name
   */
  mayUse(account: Account, sender: string): SubmissionAnswer | Promise<SubmissionAnswer>;
}

const ALLOWED: SubmissionAnswer = { kind: "allowed" };

/**
 * The check of `authorized_submit_users`.
 *
 * @param users undefined where everybody may
 * @see Postfix user_acl.c check_user_acl_byuid
 */
export function userCheck(users: MatchList<string> | undefined): LocalSubmission["maySubmit"] {
  return ({ uid = "?", name = "unknown" }) => {
    if (users === undefined) return ALLOWED;
    return andThen(users.has(name), (membership): SubmissionAnswer => {
      if (membership.kind === "listed") return ALLOWED;
      if (membership.kind === "unknown") {
        return { kind: "unknown", text: "authorized_submit_users: table lookup problem", cause: membership.cause };
      }
      return { kind: "refused", text: `User ${name}(${uid}) is not allowed to submit mail` };
    });
  };
}

/**
 * The check of `local_login_sender_maps`.
 *
 * @param maps its value, for the message; `match` is undefined where every user may use every sender
 * @see Postfix postdrop.c check_login_sender_acl
 */
export function senderCheck(
  maps: string,
  match: ((login: string, sender: string) => SenderMatch | Promise<SenderMatch>) | undefined,
): LocalSubmission["mayUse"] {
  return ({ uid = "?", name = `uid:${uid}` }, sender) => {
    if (sender.includes("\0")) return { kind: "refused", text: "NUL in FROM record" };
    if (match === undefined) return ALLOWED;
    return andThen(match(name, sender), (matched): SubmissionAnswer => {
      if (matched === true) return ALLOWED;
      if (matched === false) return { kind: "refused", text: `not authorized to use sender='${sender}'` };
      const text = `local_login_sender_maps table lookup error for '${maps}'`;
      return { kind: "unknown", text, cause: matched.cause };
    });
  };
}
