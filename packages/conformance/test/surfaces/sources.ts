import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { MAX_POLICY_REPLY_BYTES } from "@fromguard/node";
import { onTestFinished } from "vitest";
import { startNameServer } from "../../../fromguard/src/demo/name-server.js";
import { ZONE } from "./transactions.js";

/** Where the outside sources of the policy are: addresses with ports. */
export interface Sources {
  /** A name server. */
  readonly zone: string;
  /** A name server that never answers. */
  readonly silent: string;
  /** A policy server that closes its half of the connection without an answer. */
  readonly halfClosed: string;
  /** One whose answer does not end. */
  readonly oversized: string;
  /** One that answers what nobody knows. */
  readonly unknownWord: string;
  /** Where nothing listens. */
  readonly refused: string;
}

/** Opens them, as long as the test runs. */
export async function openSources(): Promise<Sources> {
  const zone = await startNameServer({
    [`exists.${ZONE}`]: { mx: `mx.${ZONE}` },
    [`null-mx.${ZONE}`]: { mx: "." },
    [`mx.${ZONE}`]: { a: "192.0.2.1" },
    [`down.${ZONE}`]: "down",
  });
  onTestFinished(zone.close);
  const [halfClosed, oversized, unknownWord] = await Promise.all([
    answering(""),
    answering(`action=${"x".repeat(MAX_POLICY_REPLY_BYTES)}`),
    answering("verdict=fine\n\n"),
  ]);
  return { zone: zone.address, silent: await silent(), halfClosed, oversized, unknownWord, refused: await refused() };
}

async function silent(): Promise<string> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return `127.0.0.1:${socket.address().port}`;
}

/** A server that says the same to everybody and then no more, but goes on listening. */
async function answering(text: string): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined).resume();
    socket.end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return addressOf(server.address());
}

async function refused(): Promise<string> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = addressOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  return address;
}

function addressOf(address: string | AddressInfo | null): string {
  if (address === null || typeof address === "string") throw new Error("no port");
  return `127.0.0.1:${address.port}`;
}
