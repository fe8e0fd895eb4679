// A server in a process of its own: `child.js KIND ADDRESS`. Says over its IPC channel when it listens, and how much heap it uses.
import { once } from "node:events";
import type { Server } from "node:net";
import { createExchange } from "@fromguard/http";
import { createMilterServer } from "@fromguard/milter";
import { createPolicyServer } from "@fromguard/policy";
import { serveHttp } from "fromguard";
import { bareMilter, barePolicyServer } from "./bare.js";
import { bareHttpServer } from "./bare-http.js";
import { listenOptions } from "./question.js";
import { milterRequest, seedGuard } from "./seed-guard.js";

/** Connections idle while the other servers are asked. */
const IDLE_MS = 600_000;

const KINDS: Readonly<Record<string, (address: string) => Promise<unknown>>> = {
  policy: (address) => createPolicyServer({ guard: seedGuard({ headers: false }) }).listen(address),
  milter: (address) => createMilterServer({ guard: seedGuard({ headers: true }) }).listen(address),
  http: (address) => {
    const handler = createExchange({ guard: seedGuard({ headers: true }) });
    return serveHttp({ address, handler, requestTimeoutMs: IDLE_MS });
  },
  "bare-policy": (address) => listenBare(barePolicyServer(), address),
  "bare-milter": (address) => listenBare(bareMilter(milterRequest()), address),
  "bare-http": (address) => listenBare(bareHttpServer(), address),
};

async function listenBare(server: Server, text: string): Promise<void> {
  server.listen(listenOptions(text));
  await once(server, "listening");
}

const [kind = "", address = ""] = process.argv.slice(2);
const start = KINDS[kind];
if (start === undefined) throw new Error(`no server of the kind ${kind}`);
await start(address);
process.on("message", () => process.send?.({ heapUsed: process.memoryUsage().heapUsed }));
process.on("disconnect", () => process.exit());
process.send?.("ready");
