import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";
import { PrivatePostfix } from "../../../fromguard/test/peers/postfix.js";
import { SmtpClient } from "../../../fromguard/test/peers/smtp-client.js";
import { ownAddresses } from "../../src/address/own-addresses.js";
import { settingsOf } from "../address/settings.js";

const HOST = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
const ADDRESSES = HOST.map(({ address }) => address);
const CLIENTS = [...ADDRESSES, "127.0.0.2", "198.51.100.7", "2001:db8::7", "::ffff:127.0.0.1"];

/** `inet_interfaces` with the families that it can be had in: without IPv4, smtpd takes nobody from 127.0.0.1, and whether `localhost` is `::1` is up to the host. */
const INTERFACES: readonly (readonly [string, readonly string[]])[] = [
  ["all", ["all", "ipv4"]],
  ["loopback-only", ["all", "ipv4"]],
  ["localhost", ["ipv4"]],
  ["127.0.0.1", ["all", "ipv4"]],
  ["[::1]", ["all"]],
  ["127.0.0.1, 0:0::1", ["all"]],
  ["$proxy_interfaces", ["all"]],
];
const [PUBLIC = "127.0.0.1"] = HOST.filter(({ internal, family }) => !internal && family === "IPv4").map(
  ({ address }) => address,
);

const reason = whyNotRun(["postfix"]) ?? (ADDRESSES.includes("::1") ? undefined : "no IPv6");

describe.skipIf(reason !== undefined)("a running smtpd takes the same addresses for its own", () => {
  it("whatever inet_interfaces and inet_protocols are", async () => {
    const smtpds = INTERFACES.flatMap(([interfaces, protocols]) =>
      protocols.map((inet_protocols) => ({ inet_interfaces: interfaces, inet_protocols, proxy_interfaces: PUBLIC })),
    );
    const postfix = await PrivatePostfix.start({
      mainCf: {
        smtpd_upstream_proxy_protocol: "haproxy",
        smtpd_delay_reject: "no",
        smtpd_sender_restrictions: "permit_inet_interfaces, reject",
      },
      smtpds: Object.fromEntries(smtpds.map((overrides, index) => [String(index), overrides])),
    });
    const different: unknown[] = [];
    let compared = 0;
    try {
      for (const [index, parameters] of smtpds.entries()) {
        const inet_interfaces = parameters.inet_interfaces.replace("$proxy_interfaces", PUBLIC);
        const own = ownAddresses(settingsOf({ parameters: { ...parameters, inet_interfaces } }).config, ADDRESSES);
        for (const client of CLIENTS) {
          const theirs = await isPermitted(postfix.port(String(index)), client);
          if (theirs === undefined) continue;
          compared++;
          const ours = own.isInterface(client.replace(/^::ffff:/, ""));
          if (theirs !== ours) different.push({ ...parameters, client, theirs, ours });
        }
      }
    } finally {
      await postfix.stop();
    }
    expect(different).toEqual([]);
    console.log(`${compared} addresses`);
    expect(compared).toBeGreaterThan(smtpds.length * 3);
  }, 60_000);
});

/** Undefined where smtpd takes no client of that family. */
async function isPermitted(port: number, address: string): Promise<boolean | undefined> {
  const client = await SmtpClient.open(port);
  try {
    const [family, server] = address.includes(":") ? ["TCP6", "::1"] : ["TCP4", "127.0.0.1"];
    const banner = await client.command(`PROXY ${family} ${address} ${server} 50000 25`).catch(() => undefined);
    if (banner?.code !== 220) return undefined;
    await client.command("EHLO client.example.org");
    return (await client.command("MAIL FROM:<u@a.test>")).code === 250;
  } finally {
    client.close();
  }
}
