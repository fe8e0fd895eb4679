import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { listening } from "../../../http/test/support/listening.js";
import { guardOf, type Policy } from "./policy.js";
import type { Outcome, Surface, SurfaceKind } from "./surface.js";
import { FACTS, type Transaction } from "./transactions.js";

/** A request: what the surface says of a transaction. */
export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a surface sees to which the whole message is sent. */
export const whole: Pick<SurfaceKind, "sees" | "blindTo"> = { sees: FACTS, blindTo: [] };

/** A surface that is asked by a POST, on a server of its own. */
export async function openHttp<Answer>(
  policy: Policy,
  path: string,
  request: (one: Transaction) => HttpRequest | undefined,
  outcomeOf: (status: number, answer: Answer) => Outcome,
): Promise<Surface> {
  const guard = guardOf(policy);
  const port = await listening(guard.rules, { guard });
  return {
    play: async (one) => {
      const asked = request(one);
      if (asked === undefined) return undefined;
      const { headers, body } = asked;
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers,
        body: new Uint8Array(body),
      });
      return outcomeOf(response.status, (await response.json()) as Answer);
    },
    leave: async (one) => {
      const { headers, body } = request(one) ?? { headers: {}, body: Buffer.alloc(0) };
      const lines = Object.entries({ host: "127.0.0.1", ...headers, "content-length": body.length });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n`);
      socket.end(body.subarray(0, body.length - 2));
      const answer = await text(socket).catch(() => "");
      return /"accept"|"no action"/.test(answer) ? 1 : 0;
    },
  };
}
