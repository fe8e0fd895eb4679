import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type HttpServerOptions, serveHttp } from "../../src/serve/http-server.js";

const text = (body: string, status = 200, headers = {}) => ({ status, headers, body });
const bodyOf = async (octets: Promise<Uint8Array | undefined>) => new TextDecoder().decode(await octets);

async function start(handler: HttpServerOptions["handler"], requestTimeoutMs = 30_000, streamTimeoutMs = 3_600_000) {
  const limits = { requestTimeoutMs, streamTimeoutMs: () => streamTimeoutMs };
  const listener = await serveHttp({ address: "127.0.0.1:0", handler, ...limits });
  onTestFinished(() => listener.close({ graceMs: 0 }));
  return listener;
}

/** What comes back for octets sent, until the server ends the connection. */
async function exchange(address: string, octets: string): Promise<string> {
  const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
  socket.write(octets);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

describe("the HTTP server", () => {
  it("hands a request over as it came and sends the answer back", async () => {
    const { address } = await start(async ({ method, path, octets }) =>
      text(`${method} ${path} ${await bodyOf(octets(100))}`, 201, { "x-test": "yes" }),
    );
    const response = await fetch(`http://${address}/v1/check?x=1`, { method: "POST", body: "hello" });
    expect([response.status, response.headers.get("x-test"), await response.text()]).toEqual([
      201,
      "yes",
      "POST /v1/check hello",
    ]);
  });

  it("answers requests on one connection in turn", async () => {
    const { address } = await start(({ path }) => text(path));
    const answer = await exchange(
      address,
      "GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    );
    expect(answer.match(/(?<=\r\n\r\n)\/[ab]/g)).toEqual(["/a", "/b"]);
  });

  it.each([
    ["a target that is no URL", "GET //[ HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["a method that no request can have", "TRACE / HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["octets that are no HTTP", "\x00\x01\r\n\r\n"],
  ])("answers 400 to %s, and closes", async (_behaviour, octets) => {
    const { address } = await start(() => text("never"));
    expect(await exchange(address, octets)).toMatch(/^HTTP\/1.1 400 /);
  });

  it("closes a connection whose handler threw, and serves the next", async () => {
    let calls = 0;
    const { address } = await start(async () => {
      if (calls++ === 0) throw new Error("broken");
      return text("fine");
    });
    await expect(fetch(`http://${address}/`)).rejects.toThrow();
    expect(await (await fetch(`http://${address}/`)).text()).toBe("fine");
  });

  it("closes a connection that does not finish its request in time", async () => {
    const { address } = await start(async ({ octets }) => text(await bodyOf(octets(100))), 30);
    expect(await exchange(address, "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab")).toBe("");
  });

  it("closes a connection whose client does not take the answer", async () => {
    let answered: (() => void) | undefined;
    const begun = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const listener = await start(async () => {
      answered?.();
      return text("x".repeat(64 * 1024 * 1024));
    }, 50);
    const socket = connect(Number(listener.address.split(":")[1]), "127.0.0.1").on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await begun;
    await listener.close({ graceMs: 3_600_000 });
    socket.destroy();
  });

  it("breaks an answer off that streams on and on, however steadily its client takes it", async () => {
    let hasEnded = false;
    async function* endless() {
      try {
        for (;;) yield await new Promise<string>((resolve) => setImmediate(resolve, "piece\n"));
      } finally {
        hasEnded = true;
      }
    }
    const { address } = await start(() => ({ status: 200, headers: {}, body: endless() }), 30_000, 50);
    const answer = await exchange(address, "POST / HTTP/1.1\r\nhost: x\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer.endsWith("\r\n0\r\n\r\n")).toBe(false);
    await vi.waitFor(() => expect(hasEnded).toBe(true));
  });

  it("closes a connection that asks on and on without an answer", async () => {
    let asked = 0;
    const { address } = await start(() => {
      asked++;
      return new Promise(() => undefined);
    });
    expect(await exchange(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100))).toBe("");
    expect(asked).toBe(16);
  });

  it("keeps no timer for a connection that is gone", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { address } = await start(async ({ signal }) => {
      socket.destroy();
      await once(signal, "abort");
      return text("");
    });
    const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(socket, "close");
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
  });

  it("tells the handler when the client has gone", async () => {
    let sawAbort: (() => void) | undefined;
    const aborted = new Promise<void>((resolve) => {
      sawAbort = resolve;
    });
    const { address } = await start(
      (request) =>
        new Promise((resolve) => {
          request.signal.addEventListener("abort", () => {
            sawAbort?.();
            resolve(text(""));
          });
          socket.destroy();
        }),
    );
    const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await aborted;
  });

  it("answers what is in flight before it closes", async () => {
    let release: ((answer: ReturnType<typeof text>) => void) | undefined;
    let begin: (() => void) | undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const listener = await start(() => {
      begin?.();
      return new Promise((resolve) => {
        release = resolve;
      });
    });
    const answer = fetch(`http://${listener.address}/`).then((response) => response.text());
    await begun;
    const closed = listener.close();
    release?.(text("last words"));
    expect(await answer).toBe("last words");
    await closed;
  });

  it("shows a header that came twice, also one that Node itself takes once", async () => {
    const { address } = await start(({ header }) =>
      text(`${header("Authorization")} | ${header("x")} | ${header("y")}`),
    );
    const twice = "authorization: Bearer a\r\nAuthorization: Bearer b\r\nX: 1\r\nx: 2\r\n";
    const answer = await exchange(address, `GET / HTTP/1.1\r\nhost: x\r\n${twice}connection: close\r\n\r\n`);
    expect(answer).toMatch(/Bearer a, Bearer b \| 1, 2 \| null$/);
  });

  it("reads no more of a body than its limit, and closes", async () => {
    const { address } = await start(async ({ octets }) => text(String((await octets(10)) === undefined), 413));
    const head = "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    expect(await exchange(address, `${head}${"a\r\n0123456789\r\n".repeat(3)}`)).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*connection: close[\s\S]*true$/i,
    );
  });

  it("sends what comes in pieces as it comes, and begins the time anew with each", async () => {
    let next: (() => void) | undefined;
    async function* pieces() {
      for (const piece of ["a", "b", "c"]) {
        yield piece;
        await new Promise<void>((resolve) => {
          next = resolve;
        });
      }
    }
    const { address } = await start(() => ({ status: 200, headers: {}, body: pieces() }));
    const reader = (await fetch(`http://${address}/`)).body?.getReader();
    for (const piece of ["a", "b", "c"]) {
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(piece);
      await vi.waitFor(() => expect(next).toBeDefined());
      const go = next;
      next = undefined;
      go?.();
    }
    expect((await reader?.read())?.done).toBe(true);
  });

  it("takes no more pieces once the client has gone", async () => {
    let ended: (() => void) | undefined;
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    let made = 0;
    async function* pieces() {
      try {
        for (;;) {
          made++;
          yield "x".repeat(1024 * 1024);
        }
      } finally {
        ended?.();
      }
    }
    const { address } = await start(() => ({ status: 200, headers: {}, body: pieces() }));
    const leaving = new AbortController();
    const response = await fetch(`http://${address}/`, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    await end;
    expect(made).toBeLessThan(100);
  });
});
