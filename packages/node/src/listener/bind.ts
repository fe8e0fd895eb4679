import cluster from "node:cluster";
import type { ListenOptions as NetOptions, Server } from "node:net";
import { formatListenAddress, type ListenAddress } from "./listen-address.js";
import { systemdDescriptor } from "./systemd.js";
import { makeUnixSocket, shareUnixSocket, type UnixSocketAccess } from "./unix-socket.js";

/** A socket that is listened on. */
export interface Bound {
  /** The real address, as `formatListenAddress` writes it. */
  readonly address: string;
  /** Takes away what would lead new clients here, before the server closes. */
  readonly release: () => Promise<void>;
}

const NOTHING_TO_RELEASE = () => Promise.resolve();

/** Makes a server listen. Throws what the system says; the server may listen then, and is to be closed. */
export async function bind(server: Server, address: ListenAddress, access: UnixSocketAccess): Promise<Bound> {
  switch (address.kind) {
    case "tcp":
      await listening(server, { host: address.host, port: address.port });
      break;
    case "systemd":
      await listening(server, { fd: systemdDescriptor(address.name) });
      break;
    case "unix": {
      const bindTo = (path: string) => listening(server, { path });
      if (cluster.isWorker) {
        await shareUnixSocket(address.path, access, bindTo);
        return { address: formatListenAddress(address), release: NOTHING_TO_RELEASE };
      }
      return { address: formatListenAddress(address), release: await makeUnixSocket(address.path, access, bindTo) };
    }
  }
  return { address: realAddress(server, address), release: NOTHING_TO_RELEASE };
}

function listening(server: Server, options: NetOptions & { readonly fd?: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function realAddress(server: Server, asked: ListenAddress): string {
  const bound = server.address();
  // The path of a unix socket that was handed over is not told.
  if (typeof bound !== "object" || bound === null) return formatListenAddress(asked);
  return formatListenAddress({ kind: "tcp", host: bound.address, port: bound.port });
}
