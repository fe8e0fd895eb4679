import { describe, expect, it } from "vitest";
import { ownAddresses } from "../../src/address/own-addresses.js";
import { settingsOf } from "./settings.js";

const HOST = ["127.0.0.1", "::1", "192.0.2.1", "2001:db8::1", "fe80::1"];

describe("the addresses of this host", () => {
  it.each([
    ["all", "all", HOST],
    ["all", "ipv4", ["127.0.0.1", "192.0.2.1"]],
    ["all", "ipv6", ["::1", "2001:db8::1", "fe80::1"]],
    ["all", "IPv4, IPv6", HOST],
    ["loopback-only", "all", ["127.0.0.1", "::1"]],
    ["localhost", "all", ["127.0.0.1", "::1"]],
    ["localhost, 192.0.2.1", "all", ["127.0.0.1", "::1", "192.0.2.1"]],
    ["[2001:DB8:0::1]", "all", ["2001:db8::1"]],
    ["192.0.2.1", "ipv6", []],
    ["mail.example.com", "all", HOST],
    ["192.0.2.9", "all", []],
    ["", "all", []],
  ])("inet_interfaces = %s, inet_protocols = %s", (inet_interfaces, inet_protocols, expected) => {
    const { config } = settingsOf({ parameters: { inet_interfaces, inet_protocols } });
    const own = ownAddresses(config, HOST);
    expect(HOST.filter((address) => own.isInterface(address))).toEqual(expected);
    for (const other of ["198.51.100.7", "unknown", "", "::ffff:192.0.2.200"])
      expect(own.isInterface(other)).toBe(false);
  });

  it("has those of a proxy apart", () => {
    const parameters = {
      inet_interfaces: "loopback-only",
      inet_protocols: "all",
      proxy_interfaces: "203.0.113.5 gate",
    };
    const own = ownAddresses(settingsOf({ parameters }).config, HOST);
    expect(HOST.filter((address) => own.isProxy(address))).toEqual([]);
    expect([own.isProxy("203.0.113.5"), own.isInterface("203.0.113.5")]).toEqual([true, false]);
  });
});
