/** Whether something is on one of Postfix's lists (`mynetworks`, `mydestination`, `relay_domains`), which may name tables and files. */
export type Membership =
  | { readonly kind: "listed"; readonly entry: string }
  | { readonly kind: "not-listed" }
  /** A table or file of the list could not answer. */
  | { readonly kind: "unknown"; readonly cause: string };

/** @see Postfix match_list(3), domain_list(3), namadr_list(3), string_list(3) */
export interface MatchList<Subject> {
  has(subject: Subject): Membership | Promise<Membership>;
}
