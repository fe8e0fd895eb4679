/** Why the rule here and the same rule in Rspamd 3.4 differ on a message of the corpus, by its id. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  "p-envelope-006":
    "Rspamd cannot parse the path and tells the rule of no envelope at all; here an envelope that is no mailbox is refused",
  "p-dup-from-011":
    "Rspamd shows equal fields as one; a second From is refused here whatever it says, since RFC 5322 allows one",
  "p-dup-from-012":
    "Rspamd lists the addresses of all From fields and leaves out the field that has none; readers may show either",
  "p-name-space-013":
    "Rspamd takes `From ` for another field, which it is to some readers and not to others; here it is judged as a From",
  "p-name-space-014": "as p-name-space-013, with the forged field first",
  "p-name-space-015": "as p-name-space-013, with a tab",
  "p-name-space-017":
    "Rspamd passes over a line without a colon; a reader that unfolds first sees `From : ceo@bank.example`",
  "p-group-035": "Rspamd leaves the empty group out; a group beside a mailbox is refused here",
  "p-route-038": "Rspamd drops the source route; readers that cut at the colon or the comma show its domain",
  "p-precedence-043":
    "Rspamd takes the first address for a name; readers show it as the sender, so that it counts here as one",
  "p-precedence-045": "Rspamd keeps the first of two addresses without a comma; a reader may keep the second",
  "p-comment-050": "Rspamd closes the open comment; where a field ends is then a reader's guess",
  "p-ew-053":
    "Rspamd drops an address that appears only after the encoded word is decoded; a reader that decodes first shows it",
  "p-ew-057":
    "the rule in Rspamd looks at addresses; a name that decodes to a NUL ends there in some readers, which then show the name alone",
  "p-ew-058":
    "the rule in Rspamd looks at addresses; a name that decodes to a line break begins another field in some readers",
  "p-ctl-060":
    "Rspamd takes what stands before the NUL for a name; a reader that ends at the NUL shows it as the sender",
  "p-struct-068": "Rspamd skips an empty line at the start; the header ends there, so that the message has no From",
  "p-domain-078": "Rspamd drops the dot at the end of the domain; RFC 5321 has none there, and it is refused here",
  "p-bidi-084": "the rule in Rspamd looks at addresses; this name is shown from right to left, as `ceo@bank.example`",
  "p-l-local-115":
    'honest: `"alice"@example.com` is alice@example.com (RFC 5322 section 3.4.1); Rspamd reads a name and an address without local part',
  "p-l-obs-142":
    "honest: blanks around the at sign are none of the address (RFC 5322 section 4.4); Rspamd keeps them in it",
};
