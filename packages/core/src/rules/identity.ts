import { type Predicate, predicate } from "../rule/rule.js";

/** Holds where the client is logged in. */
export const hasLogin: Predicate<"login"> = predicate("has-login", ["login"], ({ login }) => login !== null);

/** Holds where a user of this machine submitted the message, whether or not his name is known. */
export const isLocal: Predicate<"localUser"> = predicate(
  "is-local",
  ["localUser"],
  ({ localUser }) => localUser !== null,
);
