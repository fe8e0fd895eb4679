import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGuard, failWith, type Guard, pass, type Rule, rule } from "@fromguard/core";
import type { Listener } from "@fromguard/node";
import { createPolicyServer, type PolicyEvent, type PolicyServer, type PolicyServerOptions } from "@fromguard/policy";
import { onTestFinished } from "vitest";

/** The address of a unix socket in a folder of its own. */
export async function unixAddress(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fg-policy-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return `unix:${join(folder, "policy")}`;
}

export const NO = { code: 553, enhanced: "5.7.1", text: "not yours" };
/** Refuses eve; answers at once. */
export const notEve = rule("not-eve", ["envelopeFrom"], ({ envelopeFrom }) =>
  envelopeFrom.text.startsWith("eve@") ? failWith("no", NO) : pass(),
);
export const UNAVAILABLE = "DEFER_IF_PERMIT 4.3.0 Sender verification is temporarily unavailable";

/** A rule that answers when told: once for each sender that waits, in any order. */
export function gate() {
  const waiting = new Map<string, () => void>();
  const asked: AbortSignal[] = [];
  let notify = () => {};
  const gated = rule("gate", ["envelopeFrom"], ({ envelopeFrom }, { signal }) => {
    asked.push(signal);
    return new Promise<ReturnType<typeof pass>>((resolve) => {
      waiting.set(envelopeFrom.text, () => resolve(pass()));
      notify();
    });
  });
  const reached = async (sender: string) => {
    while (!waiting.has(sender))
      await new Promise<void>((resolve) => {
        notify = resolve;
      });
  };
  return { gated, asked, reached, open: (sender: string) => waiting.get(sender)?.() };
}

export interface Running {
  readonly server: PolicyServer;
  readonly listener: Listener;
  readonly events: PolicyEvent[];
  /** Resolves with the first event of the kind. */
  readonly event: <Kind extends PolicyEvent["kind"]>(kind: Kind) => Promise<PolicyEvent & { kind: Kind }>;
}

export async function start(
  policy: Guard | Rule = notEve,
  options: Partial<PolicyServerOptions> = {},
  address = "127.0.0.1:0",
): Promise<Running> {
  const events: PolicyEvent[] = [];
  let notify = () => {};
  const guard = "evaluate" in policy ? createGuard({ rules: [policy] }) : policy;
  const server = createPolicyServer({
    guard,
    onEvent: (event) => {
      events.push(event);
      notify();
    },
    ...options,
  });
  onTestFinished(() => server.close({ graceMs: 0 }));
  const listener = await server.listen(address);
  return {
    server,
    listener,
    events,
    event: async (kind) => {
      for (;;) {
        const found = events.find((event) => event.kind === kind);
        if (found !== undefined) return found as PolicyEvent & { kind: typeof kind };
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
    },
  };
}

/** A client that collects actions. */
export class Client {
  readonly socket: Socket;
  readonly actions: string[] = [];
  readonly ended: Promise<void>;
  #rest = "";
  #notify = () => {};

  constructor(address: string) {
    const split = address.lastIndexOf(":");
    this.socket = address.startsWith("unix:")
      ? connect({ path: address.slice(5) })
      : connect({ host: address.slice(0, split), port: Number(address.slice(split + 1)), noDelay: true });
    this.socket.setEncoding("latin1");
    this.socket.on("error", () => undefined);
    this.socket.on("data", (text: string) => {
      const frames = (this.#rest + text).split("\n\n");
      this.#rest = frames.pop() ?? "";
      this.actions.push(...frames.map((frame) => frame.replace(/^action=/, "")));
      this.#notify();
    });
    this.ended = new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  async take(count: number): Promise<readonly string[]> {
    while (this.actions.length < count)
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    return this.actions.splice(0, count);
  }

  async ask(sender: string): Promise<string | undefined> {
    this.socket.write(request(sender));
    return (await this.take(1))[0];
  }
}

export function request(sender: string, padding = ""): string {
  return `request=smtpd_access_policy\nprotocol_state=RCPT\nsender=${sender}\nrecipient=bob@example.org\nhelo_name=${padding}\nsasl_username=ann\n\n`;
}
