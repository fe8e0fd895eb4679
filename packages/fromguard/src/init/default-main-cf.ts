/** Where Postfix's configuration is, unless `--from` says otherwise. */
export const DEFAULT_MAIN_CF = "/etc/postfix/main.cf";
