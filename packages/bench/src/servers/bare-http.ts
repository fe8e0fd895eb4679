import { createServer } from "node:http";
import type { Server } from "node:net";

const ANSWER = '{"action":"accept"}\n';
const HEADERS = { "content-type": "application/json", "cache-control": "no-store", "content-length": ANSWER.length };

/** An HTTP server that reads the whole body, and answers a constant. */
export function bareHttpServer(): Server {
  return createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      Buffer.concat(chunks);
      response.writeHead(200, HEADERS).end(ANSWER);
    });
  });
}
