/** A main.cf with which nothing is wrong, but for the list that {@link LOGIN_RULE} sets. */
export const SOUND = `compatibility_level = 3.6
mydestination = example.com
mynetworks = 127.0.0.0/8
smtpd_sasl_auth_enable = yes
smtpd_sender_login_maps = pcre:/senders
smtpd_milters = inet:127.0.0.1:10041
non_smtpd_milters = $smtpd_milters
`;

export const LOGIN_RULE = "smtpd_sender_restrictions = reject_sender_login_mismatch\n";
