import type { Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { TlsFiles } from "./http-secrets.js";

/** Takes connections through the handshake of TLS. */
export interface TlsGate {
  /** @param opened Told of the connection once the handshake is made; never where it fails, and the socket is then destroyed */
  pass(socket: Socket, opened: (secured: TLSSocket) => void): void;
}

/**
 * Makes a gate by certificates that are read at each connection: what changed holds from the next one on. With an authority of clients,
 * only a client that has a certificate of it comes through.
 */
export function tlsGate(files: () => TlsFiles): TlsGate {
  let current = files();
  const waiting = new Map<string, (secured: TLSSocket) => void>();
  const { ca } = current;
  const server = createServer({ ...current, ca, requestCert: ca !== undefined, rejectUnauthorized: ca !== undefined });
  server.on("secureConnection", (secured) => {
    const opened = waiting.get(endOf(secured));
    if (opened === undefined) secured.destroy();
    else opened(secured);
  });
  return {
    pass: (socket, opened) => {
      const next = files();
      if (next !== current) server.setSecureContext({ ...next, ca: next.ca });
      current = next;
      const end = endOf(socket);
      waiting.set(end, opened);
      socket.once("close", () => waiting.delete(end));
      server.emit("connection", socket);
    },
  };
}

/** No two connections to one address are open from one end. */
function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
