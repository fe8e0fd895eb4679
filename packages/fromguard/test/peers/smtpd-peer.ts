import { cachedResolver, type Resolver } from "@fromguard/core";
import { wireResolver } from "@fromguard/node";
import type { Attempt, Outcome } from "@fromguard/postfix";
import { loadMainCf } from "../../src/main-cf/load-main-cf.js";
import { openSmtpd } from "../../src/main-cf/open-smtpd.js";
import { PrivatePostfix } from "./postfix.js";
import { SmtpClient, xtext } from "./smtp-client.js";
import type { Configuration } from "./smtpd-cases.js";

/** One decision of both. */
export interface Compared {
  readonly attempt: Attempt;
  readonly real: string;
  readonly ours: string;
  readonly trace: Outcome["trace"];
}

/** A running Postfix, and what this project makes of the same main.cf, files and name server. */
export class SmtpdPeer {
  readonly #postfix: PrivatePostfix;
  readonly #configuration: Configuration;
  readonly #dns: Resolver;

  private constructor(postfix: PrivatePostfix, configuration: Configuration, dns: Resolver) {
    this.#postfix = postfix;
    this.#configuration = configuration;
    this.#dns = dns;
  }

  static async start(configuration: Configuration, nameServer: string): Promise<SmtpdPeer> {
    const postfix = await PrivatePostfix.start({ ...configuration, nameServer });
    const dns = cachedResolver(wireResolver({ servers: [nameServer], timeoutMs: 1000, tries: 1 }));
    return new SmtpdPeer(postfix, configuration, dns);
  }

  /**
   * Decides attempts by one of the smtpds and by its parameters. Those of an smtpd that refuses the address that the suite
   * connects from are left out: no other can be given to it.
   */
  async compare(name: string, attempts: readonly Attempt[]): Promise<readonly Compared[]> {
    const { folder } = this.#postfix;
    const overrides = Object.entries(this.#configuration.smtpds[name] ?? {}).map(
      ([parameter, value]) => `${parameter}=${value.replaceAll("@DIR@", folder)}`,
    );
    const loaded = await loadMainCf(`${folder}/main.cf`, { overrides, ignoreUnknown: true });
    const smtpd = openSmtpd(loaded, this.#dns);
    const utf8 = loaded.config.bool("smtputf8_enable");
    const compared: Compared[] = [];
    for (const given of attempts) {
      // Without smtputf8_enable, XCLIENT itself hands other octets than ASCII on as question marks.
      const login = utf8 || given.login === null ? given.login : octets(given.login).replace(/[^\0-\x7f]/g, "?");
      const attempt = { ...given, login };
      const real = await this.#send(name, attempt);
      if (real === undefined) continue;
      const { signal } = new AbortController();
      const { stage, reply, trace } = await smtpd.decide(attempt, { signal });
      compared.push({ attempt, real, ours: `${stage} ${Buffer.from(reply).toString("latin1")}`, trace });
    }
    return compared;
  }

  /**
   * A session for each attempt, as XCLIENT starts one anew. What refuses EHLO is told as the answer to MAIL.
   */
  async #send(name: string, attempt: Attempt): Promise<string | undefined> {
    const client = await SmtpClient.open(this.#postfix.port(name));
    try {
      if ((await client.reply()).code !== 220) return undefined;
      if ((await client.command("EHLO here")).code === 421) return undefined;
      const taken = await client.command(xclient(attempt));
      if (taken.code === 501) throw new Error(`${name}: ${taken.text}`);
      if (taken.code === 421) return `MAIL ${taken.text}`;
      const helo = await client.command(`EHLO ${octets(attempt.helo)}`);
      if (taken.code === 220 && helo.code !== 250) return `MAIL ${helo.text}`;
      const utf8 = attempt.smtputf8 ? " SMTPUTF8" : "";
      const mail = await client.command(`MAIL FROM:<${octets(attempt.sender)}>${utf8}`);
      if (mail.code !== 250) return `MAIL ${mail.text}`;
      return `RCPT ${(await client.command(`RCPT TO:<${octets(attempt.recipient ?? "")}>`)).text}`;
    } finally {
      client.close();
    }
  }

  stop(): Promise<void> {
    return this.#postfix.stop();
  }
}

const UNAVAILABLE = "[UNAVAILABLE]";

function xclient({ login, client: { address, name, reverseName = name } }: Attempt): string {
  const known = (value: string) => (value === "unknown" ? UNAVAILABLE : value);
  const values = {
    ADDR: address.includes(":") ? `IPV6:${address}` : address,
    NAME: known(name),
    REVERSE_NAME: known(reverseName),
    LOGIN: login === null ? UNAVAILABLE : xtext(login),
  };
  return `XCLIENT ${Object.entries(values)
    .map(([attribute, value]) => `${attribute}=${value}`)
    .join(" ")}`;
}

function octets(text: string): string {
  return Buffer.from(text).toString("latin1");
}
