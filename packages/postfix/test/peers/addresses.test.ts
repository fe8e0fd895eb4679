import { fold, pcreTable, type Table, textHashTable } from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";
import type { Resolution } from "../../src/address/address-resolver.js";
import { createAddressResolver } from "../../src/address/create-address-resolver.js";
import { isMailHostName } from "../../src/address/mail-host.js";
import { externalForm, unquoted } from "../../src/address/quoting.js";
import { settingsOf } from "../address/settings.js";
import { configurations, files, internationalDomains, senders } from "./address-cases.js";
import { AddressPeer, type PeerResolution } from "./address-peer.js";

/** Addresses of each configuration; more with the variable set. */
const ADDRESSES = Number(process.env.ADDRESSES ?? 600);
const SEED = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 31));

const BASE = {
  myhostname: "mail.example.com",
  mydomain: "example.com",
  myorigin: "example.com",
  mydestination: "mail.example.com, localhost.example.com, example.com",
  recipient_delimiter: "+",
  relay_domains: "relay.example",
  virtual_alias_domains: "alias.example",
  virtual_mailbox_domains: "virt.example",
};

const CLASSES = [
  [256, "local"],
  [512, "virtual-alias"],
  [1024, "virtual-mailbox"],
  [2048, "relay"],
  [4096, "default"],
] as const;
const ROUTED = 2;
const ERROR = 4;

const reason = whyNotRun(["postfix"]);

describe.skipIf(reason !== undefined)("a running Postfix makes the same of addresses", () => {
  it.concurrent.each(Object.entries(configurations))(
    "%s",
    async (_, given) => {
      const parameters: Readonly<Record<string, string>> = { ...BASE, ...given };
      const isUtf8 = parameters.smtputf8_enable !== "no";
      const texts = [...new Set(fc.sample(senders, { numRuns: ADDRESSES, seed: SEED }))];
      const ours = createAddressResolver(
        settingsOf({
          parameters,
          tables: {
            transport_maps: tablesOf(parameters.transport_maps),
            relocated_maps: tablesOf(parameters.relocated_maps),
          },
        }),
      );
      const peer = await AddressPeer.start(parameters, files);
      const different: unknown[] = [];
      const compare = (asked: string, theirs: unknown, own: unknown): void => {
        if (JSON.stringify(theirs) !== JSON.stringify(own) && different.length < 20)
          different.push({ asked, theirs, own });
      };
      try {
        for (const smtputf8 of isUtf8 ? [false, true] : [false]) {
          const replies = await peer.mailFrom(texts, { smtputf8 });
          for (const [index, text] of texts.entries())
            compare(text, shown(replies[index] ?? "", isUtf8), shown(await replyTo(text, smtputf8), isUtf8));
        }
        const internals = [...new Set(texts.filter((text) => text !== "" && !text.includes("\0")))];
        const rewritten = (await peer.rewrite(internals.map(externalForm))).map(unquoted);
        const resolved = await peer.resolve(rewritten, "");
        for (const [index, internal] of internals.entries())
          compare(internal, theirResolution(resolved[index]!, isUtf8), ourResolution(await ours.resolve(internal)));
      } finally {
        await peer.stop();
      }
      expect({ seed: SEED, different }).toEqual({ seed: SEED, different: [] });
      console.log(`${texts.length} addresses, seed ${SEED}`);

      async function replyTo(text: string, smtputf8: boolean): Promise<string> {
        const parsed = await ours.parse(text, { name: "MAIL", smtputf8 });
        if (!parsed.ok) return parsed.reply;
        const resolution = parsed.internal === "" ? undefined : await ours.resolve(parsed.internal);
        const key = resolution?.kind === "resolved" ? externalForm(resolution.address) : "<>";
        return `554 5.7.1 <${parsed.internal}>: Sender address rejected: [${key}]`;
      }
    },
    ADDRESSES * 30 + 60_000,
  );

  it("the same of domains beyond ASCII", async () => {
    const domains = [...new Set(fc.sample(internationalDomains, { numRuns: ADDRESSES * 3, seed: SEED }))];
    const peer = await AddressPeer.start(BASE);
    try {
      const resolved = await peer.resolve(
        domains.map((domain) => `u@${domain}`),
        "",
      );
      const taken = new Set(domains.filter((_, index) => ((resolved[index]?.flags ?? ERROR) & ERROR) === 0));
      const different = domains.filter((domain) => isMailHostName(domain, { utf8: true }) !== taken.has(domain));
      expect({ seed: SEED, different }).toEqual({ seed: SEED, different: [] });
      console.log(`${domains.length} domains, ${taken.size} taken, seed ${SEED}`);
    } finally {
      await peer.stop();
    }
  }, 60_000);
});

/** As smtpd prints what is no printable text: with blanks, one an octet. */
function shown(reply: string, isUtf8: boolean): string {
  const printable = reply.replace(/[\x00-\x1f\x7f]/g, " ");
  return isUtf8 ? printable : printable.replace(/[^\x00-\x7f]/gu, (char) => " ".repeat(Buffer.byteLength(char)));
}

function tablesOf(spec = ""): readonly Table[] {
  const [, type, name] = /^(\w+):@DIR@\/(.*)$/.exec(spec) ?? [];
  if (name === undefined) return [];
  const text = files[name as keyof typeof files];
  return [(type === "pcre" ? pcreTable(text, { file: name }) : textHashTable(text, { file: name })).table];
}

function theirResolution({ flags, address, transport, nexthop }: PeerResolution, isUtf8: boolean): unknown {
  if ((flags & ERROR) !== 0) return "error";
  const addressClass = CLASSES.find(([flag]) => (flags & flag) !== 0)?.[1];
  const folded = isUtf8 ? fold(address) : address.replace(/[A-Z]/g, (capital) => capital.toLowerCase());
  return { address: folded, addressClass, isRouted: (flags & ROUTED) !== 0, transport, nexthop };
}

function ourResolution(resolution: Resolution): unknown {
  if (resolution.kind !== "resolved") return resolution.kind;
  const { address, addressClass, isRouted, transport, nexthop } = resolution;
  return { address, addressClass, isRouted, transport, nexthop };
}
