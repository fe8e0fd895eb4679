import { dump } from "js-yaml";
import { visible } from "../report/style.js";
import type { Ports } from "./ports.js";

/** What is written. */
export interface Proposal {
  /** The main.cf that it is made of. */
  readonly mainCf: string;
  /** Where the owners come from, in words. */
  readonly owners: string;
  readonly maps: readonly string[];
  readonly delimiter: string;
  readonly ports: Ports;
  /** Whether failures are only logged. */
  readonly audit: boolean;
}

/** The configuration, without what it leaves open. */
export function configurationText({ mainCf, owners, maps, delimiter, ports, audit }: Proposal): string {
  const source = { "login-map": maps, ...(delimiter === "" ? {} : { "recipient-delimiter": delimiter }) };
  return `# Written by fromguard init for the Postfix of ${visible(mainCf)}.
listeners:
  - policy: 127.0.0.1:${ports.policy}    # check_policy_service: the envelope
  - milter: 127.0.0.1:${ports.milter}    # smtpd_milters: the envelope, and the header at its end

# ${visible(owners)}
${dump({ ownership: [source] }, { lineWidth: -1 })}
${audit ? "# Everything is decided and logged, nothing refused. To refuse: submission.\npreset: audit\n" : "# To look first, decide and refuse nothing: audit.\npreset: submission\n"}`;
}

/** The same, with what it protects and leaves open in front as comments. */
export function withComments(text: string, sentences: readonly string[]): string {
  const [first = "", ...rest] = text.split("\n");
  return [first, "#", ...sentences.map((sentence) => `# ${visible(sentence)}`), "", ...rest].join("\n");
}
