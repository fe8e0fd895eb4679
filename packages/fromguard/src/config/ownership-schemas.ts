import { z } from "zod";
import { oneOrMore, text } from "./values.js";

const onFailure = {
  "on-failure": z
    .enum(["unknown", "ignore"])
    .default("unknown")
    .describe("Where the source cannot answer: unknown defers, ignore goes on as if it knew nothing."),
};

const delimiter = {
  "recipient-delimiter": text.optional().describe("As Postfix's recipient_delimiter. Default none."),
};

/** Kinds of sources of ownership. */
export const ownershipSchemas = {
  "login-map": z
    .strictObject({
      "login-map": oneOrMore.describe(
        "type:source, or a list in which the first map with an answer wins, as in smtpd_sender_login_maps.",
      ),
      ...delimiter,
      ...onFailure,
    })
    .describe("A map from addresses to logins."),
  grants: z
    .strictObject({
      grants: text.describe("A grants file; a relative path starts from the folder of this file."),
      ...onFailure,
    })
    .describe("Statements of who may send as whom (docs/who-may-send-as-whom.md)."),
  "alias-map": z
    .strictObject({
      "alias-map": oneOrMore.describe("As virtual_alias_maps, read backwards."),
      "receivers-may-send": z
        .literal(true, "must be true: a source that lets nobody send is none")
        .describe("Who receives on an address may send as it: to be said, for it is not so by itself."),
      login: z
        .enum(["address", "local-part"])
        .default("address")
        .describe("The login of the mailbox at the end of the aliases: its whole address, or its local part."),
      ...delimiter,
      ...onFailure,
    })
    .describe("Who receives on an address may send as it."),
} as const;
