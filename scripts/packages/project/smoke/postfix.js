/** A main.cf, read, loaded and asked as smtpd is. */
export const expected = "250 2.1.5 Ok, 553 5.7.1 <bob@example.com>: Sender address rejected: not owned by user ann";

const MAIN_CF = `smtpd_sender_login_maps = inline:{ {ann@example.com = ann} }
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_sasl_auth_enable = yes
local_recipient_maps =
`;

export async function smoke(load) {
  const { readTable } = await load("@fromguard/node");
  const { fakeResolver } = await load("@fromguard/core/testing");
  const { createAddressResolver, createSmtpd, loadSettings, readMainCf } = await load("@fromguard/postfix");
  const { config } = readMainCf(MAIN_CF, { file: "main.cf" });
  const { settings } = await loadSettings(config, { openTable: (spec) => readTable(spec) });
  const smtpd = createSmtpd({ settings, addresses: createAddressResolver(settings), dns: fakeResolver({}) });
  const { signal } = new AbortController();
  const replies = [];
  for (const sender of ["ann@example.com", "bob@example.com"]) {
    const client = { address: "198.51.100.7", name: "unknown" };
    const attempt = { login: "ann", sender, recipient: "carl@example.org", client, helo: "client", smtputf8: false };
    replies.push((await smtpd.decide(attempt, { signal })).reply);
  }
  return replies.join(", ");
}
