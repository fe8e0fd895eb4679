import type { MainCf } from "@fromguard/postfix";

/** How users log in: with their whole address, or with what stands before the @. */
export type LoginForm = "address" | "local-part";

/** What is likely: whole addresses where there are virtual mailboxes or no domain of users of the system. */
export function likelyLoginForm(config: MainCf): LoginForm {
  return config.list("virtual_mailbox_domains").length > 0 || localDomains(config).length === 0
    ? "address"
    : "local-part";
}

/** The login map where Postfix has none. */
export function madeLoginMap(form: LoginForm, config: MainCf): string {
  const delimiters = config.get("recipient_delimiter").replace(/[\\\]^-]/g, "\\$&");
  const local = delimiters === "" ? "([^@]+)" : `([^@${delimiters}]+)([${delimiters}][^@]*)?`;
  if (form === "address") {
    return delimiters === "" ? "pcre:{{/^(.+)$/ $1}}" : `pcre:{{/^${local}(@[^@]+)$/ $1$3}}`;
  }
  const domains = localDomains(config).map((domain) => domain.replaceAll(".", "\\."));
  return `pcre:{{/^${local}@(?:${domains.join("|")})$/ $1}}`;
}

/** Plain domains in which users of the system get mail. */
export function localDomains(config: MainCf): readonly string[] {
  const words = [...config.list("mydestination"), config.get("myorigin")];
  const plain = words.filter((word) => /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/i.test(word));
  return [...new Set(plain.map((word) => word.toLowerCase()))].filter((word) => !/^localhost\./.test(word));
}
