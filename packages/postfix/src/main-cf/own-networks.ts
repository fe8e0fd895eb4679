import { FromguardError, formatIpAddress, parseIpOctets } from "@fromguard/core";
import type { MainCf } from "./main-cf.js";
import { shown } from "./shown.js";

interface Interface {
  readonly octets: readonly number[];
  readonly bits: number;
}

/**
 * What `mynetworks` is where main.cf does not say: the networks of the host's interfaces, of those that `inet_interfaces` and
 * `inet_protocols` leave, as wide as `mynetworks_style` makes them. Host names in `inet_interfaces` other than `localhost` are
 * not resolved and add nothing.
 *
 * @param interfaces as `address/length`
 * @see postconf(5) mynetworks_style
 */
export function mynetworksOf(config: MainCf, interfaces: readonly string[]): string {
  const style = config.get("mynetworks_style").toLowerCase();
  if (style !== "host" && style !== "subnet" && style !== "class") {
    throw new FromguardError(
      "FG_CONFIG_INVALID",
      `bad mynetworks_style value: ${shown(style)}; specify exactly one value`,
      {
        place: config.place("mynetworks_style"),
      },
    );
  }
  const isOurs = listening(config);
  const networks = interfaces
    .flatMap((text) => readInterface(text) ?? [])
    .filter(({ octets }) => isOurs(octets))
    .map(({ octets, bits }) => {
      const isIpv4 = octets.length === 4;
      const length = style === "host" ? octets.length * 8 : style === "class" && isIpv4 ? classBits(octets) : bits;
      const network = formatIpAddress(octets.map((octet, at) => octet & (0xff00 >> clamp(length - at * 8)) & 0xff));
      return isIpv4 ? `${network}/${length}` : `[${network}]/${length}`;
    });
  return [...new Set(networks)].join(" ");
}

function readInterface(text: string): Interface | undefined {
  const [address = "", length = ""] = text.split("/");
  const octets = parseIpOctets(address);
  return octets === undefined ? undefined : { octets, bits: Math.min(Number(length), octets.length * 8) };
}

/** Whether Postfix takes mail on an address of the host. */
function listening(config: MainCf): (octets: readonly number[]) => boolean {
  const protocols = config.list("inet_protocols").map((word) => word.toLowerCase());
  const named = config.list("inet_interfaces");
  const isAll = named.includes("all");
  const own = new Set(
    named.flatMap((word) => {
      if (word === "loopback-only" || word === "localhost") return ["127.0.0.1", "::1"];
      return word.replace(/^\[(.*)\]$/, "$1");
    }),
  );
  return (octets) => {
    const family = octets.length === 4 ? "ipv4" : "ipv6";
    if (!protocols.includes("all") && !protocols.includes(family)) return false;
    return isAll || own.has(formatIpAddress(octets));
  };
}

function classBits([first = 0]: readonly number[]): number {
  return first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : 4;
}

const clamp = (bits: number): number => Math.min(8, Math.max(0, bits));
