import { type KeyPath, parseListenAddress } from "@fromguard/node";

/** An address to listen on, and where it stands. */
export interface AddressAt {
  readonly address: string;
  readonly path: KeyPath;
}

/** An entry of `listeners`: the key that names its kind holds the address, and its path ends in that key. */
interface Listening {
  readonly kind: string;
  readonly options: { readonly [key: string]: unknown };
  readonly path: KeyPath;
}

/** Where a configuration listens, its listeners first. */
export function addressesOf(listeners: readonly Listening[], metrics: string | undefined): readonly AddressAt[] {
  return [
    ...listeners.map(({ kind, options, path }) => ({ address: String(options[kind]), path })),
    ...(metrics === undefined ? [] : [{ address: metrics, path: ["metrics"] }]),
  ];
}

/** Addresses of those that stand here before: only one of two can be opened. Port 0 is another one each time. */
export function sharedAddresses(addresses: readonly AddressAt[]): readonly AddressAt[] {
  const seen = new Set<string>();
  return addresses.filter(({ address }) => {
    const parsed = parseListenAddress(address);
    if (parsed.kind === "tcp" && parsed.port === 0) return false;
    const key = parsed.kind === "tcp" ? `${parsed.host.toLowerCase()} ${parsed.port}` : address;
    const isShared = seen.has(key);
    seen.add(key);
    return isShared;
  });
}
