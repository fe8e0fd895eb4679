import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createAddressResolver } from "../../src/address/create-address-resolver.js";
import { settingsOf } from "./settings.js";

interface Recorded {
  readonly theme: string;
  readonly main_cf: Readonly<Record<string, string>>;
  readonly decisions: readonly {
    readonly sender: string;
    readonly recipient: string;
    readonly smtputf8: boolean;
    readonly stage: string;
    readonly reply: string;
  }[];
}

const folder = fileURLToPath(new URL("../../../../../shared/corpus/postfix-smtpd/", import.meta.url));
const themes = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];

describe.skipIf(themes.length === 0)("addresses of recorded decisions are refused or taken as they were", () => {
  it.each(themes)("%s", (name) => {
    const { main_cf, decisions } = JSON.parse(readFileSync(folder + name, "utf8")) as Recorded;
    const expanded = Object.entries(main_cf).map(([key, value]) => [
      key,
      value.replace(/\$(\w+)/g, (_, other: string) => main_cf[other] ?? ""),
    ]);
    const addresses = createAddressResolver(settingsOf({ parameters: Object.fromEntries(expanded) }));
    for (const { sender, recipient, smtputf8, stage, reply } of decisions) {
      const from = addresses.parse(sender, { name: "MAIL", smtputf8 });
      const to = addresses.parse(recipient, { name: "RCPT", smtputf8 });
      const refused = [from, to].flatMap((parsed) => ("ok" in parsed && !parsed.ok ? parsed.reply : []));
      const isSyntax = /^501 5\.1\.[37] |^55[35] 5\.[56]\.[47] /.test(reply);
      expect([sender, stage, refused[0]]).toEqual([sender, stage, isSyntax ? reply : undefined]);
    }
  });
});
