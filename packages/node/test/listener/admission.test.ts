import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Admission, type Listener, listen, type Refusal } from "@fromguard/node";
import { describe, expect, onTestFinished, test, vi } from "vitest";

/** Another process that counts, and answers when the test lets it. */
class Primary implements Admission {
  readonly asked: ((isAdmitted: boolean) => void)[] = [];
  left = 0;

  enter(): Promise<boolean> {
    return new Promise((resolve) => void this.asked.push(resolve));
  }

  leave(): void {
    this.left++;
  }
}

async function start() {
  const primary = new Primary();
  const served: Socket[] = [];
  const refusals: Refusal[] = [];
  const listener: Listener = await listen({
    address: "127.0.0.1:0",
    maxConnections: 3,
    admission: primary,
    onConnection: (socket) => {
      served.push(socket);
      socket.pipe(socket);
      return undefined;
    },
    onRefused: (refusal) => void refusals.push(refusal),
  });
  onTestFinished(() => listener.close({ graceMs: 0 }));
  const port = Number(listener.address.split(":").at(-1));
  const dial = async (count: number) => {
    const client = connect({ host: "127.0.0.1", port });
    client.on("error", () => undefined);
    onTestFinished(() => void client.destroy());
    await vi.waitFor(() => expect(primary.asked).toHaveLength(count));
    return client;
  };
  return { primary, served, refusals, listener, dial };
}

describe("a listener whose connections are counted elsewhere", () => {
  test("serves one when it is admitted, what it sent before included, and tells when it has gone", async () => {
    const { primary, served, dial } = await start();
    const client = await dial(1);
    client.write("early");
    expect(served).toHaveLength(0);
    primary.asked[0]?.(true);
    expect(String((await once(client, "data"))[0])).toBe("early");
    expect([served.length, primary.left]).toEqual([1, 0]);
    client.destroy();
    await vi.waitFor(() => expect(primary.left).toBe(1));
  });

  test("closes one that is not admitted, and counts it as refused", async () => {
    const { primary, served, refusals, listener, dial } = await start();
    const client = await dial(1);
    client.resume();
    primary.asked[0]?.(false);
    await once(client, "close");
    expect([served.length, primary.left, listener.refused]).toEqual([0, 0, 1]);
    expect(refusals).toEqual([{ kind: "connection-limit", limit: 3 }]);
  });

  test("asks for no more at one time than the limit", async () => {
    const { primary, listener, dial } = await start();
    for (const count of [1, 2, 3]) await dial(count);
    const over = await dial(3);
    over.resume();
    await once(over, "close");
    expect([primary.asked.length, listener.refused]).toEqual([3, 1]);
  });

  test("gives back what is admitted when the listener closes, and serves it no more", async () => {
    const { primary, served, listener, dial } = await start();
    const client = await dial(1);
    client.resume();
    const closed = listener.close();
    primary.asked[0]?.(true);
    await Promise.all([closed, once(client, "close")]);
    expect([served.length, primary.left]).toEqual([0, 1]);
  });
});
