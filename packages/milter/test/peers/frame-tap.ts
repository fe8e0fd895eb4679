import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { FrameReader } from "../../src/index.js";

/** What passed on one connection between an MTA and a filter: the command octet of each frame. */
interface TappedConnection {
  readonly fromMta: string[];
  readonly fromFilter: string[];
  /** Fulfilled when the filter has closed. */
  readonly closed: Promise<void>;
}

/** Connections between an MTA and a filter, in their order. */
export interface FrameTap {
  readonly address: string;
  readonly connections: readonly TappedConnection[];
  close(): Promise<void>;
}

/** Stands between an MTA and the filter at an address. */
export async function tapFrames(filter: string): Promise<FrameTap> {
  const connections: TappedConnection[] = [];
  const sockets = new Set<Socket>();
  const pass = (from: Socket, to: Socket, frames: string[]) => {
    const reader = new FrameReader();
    sockets.add(from);
    from.on("data", (octets) => {
      reader.push(octets, ({ octet }) => frames.push(String.fromCharCode(octet)));
      to.write(octets);
    });
    from.on("error", () => to.destroy());
    from.on("close", () => to.end());
  };
  const server = createServer((mta) => {
    const socket = connect(Number(filter.slice(filter.lastIndexOf(":") + 1)), "127.0.0.1");
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const connection = { fromMta: [], fromFilter: [], closed };
    connections.push(connection);
    pass(mta, socket, connection.fromMta);
    pass(socket, mta, connection.fromFilter);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
