/** Where the listeners of the demo are. */
export interface DemoAddresses {
  readonly submission: string;
  readonly policy: string;
  readonly milter: string;
  readonly http: string;
}

/** What to do with the listeners while they are up: the lines of main.cf that connect a Postfix, and commands to try. */
export function connectingLines({ submission, policy, milter, http }: DemoAddresses): string {
  return `The listeners stay up until Ctrl-C. To connect a Postfix on this machine, in main.cf:

  # The milter sees envelope and header: it is enough by itself. If it is down, mail waits.
  smtpd_milters = inet:${milter}
  milter_default_action = tempfail
  # Else Postfix adds a From to mail that has none, before the milter looks.
  local_header_rewrite_clients =
  # The policy service refuses a forged envelope earlier. It comes first: a permit in front of it ends the list.
  smtpd_sender_restrictions = check_policy_service inet:${policy}

To submit mail yourself, as bob:

  printf 'From: alice@example.com\\r\\n\\r\\nHello\\r\\n' | curl -sv smtp://${submission} --user bob:builder \\
    --mail-from bob@example.com --mail-rcpt carol@example.com --upload-file - 2>&1 | grep '^<'

To ask over HTTP:

  curl http://${http}/v1/explain -H 'content-type: application/json' -d '{"login": "bob", "envelopeFrom": "alice@example.com"}'
`;
}
