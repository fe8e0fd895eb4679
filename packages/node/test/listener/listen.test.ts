import { once } from "node:events";
import { chmod, lstat, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Listener, listen, type Refusal } from "@fromguard/node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let folder: string;
const opened: Listener[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fg-listen-"));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((listener) => listener.close({ graceMs: 0 })));
  await rm(folder, { recursive: true });
});

const echo = (socket: Socket) => {
  socket.pipe(socket);
  return undefined;
};

async function start(address: string, options: Partial<Parameters<typeof listen>[0]> = {}): Promise<Listener> {
  const listener = await listen({ address, onConnection: echo, ...options });
  opened.push(listener);
  return listener;
}

function dial(address: string): Socket {
  if (address.startsWith("unix:")) return connect({ path: address.slice(5) });
  const split = address.lastIndexOf(":");
  return connect({ host: address.slice(0, split).replace(/[[\]]/g, ""), port: Number(address.slice(split + 1)) });
}

async function ask(address: string): Promise<string> {
  const socket = dial(address);
  socket.end("ping");
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

/** A socket file whose server is gone: renamed, so that its server's close does not remove it. */
async function leaveStaleSocket(path: string): Promise<void> {
  const server = createServer();
  server.listen({ path: `${path}.bound` });
  await once(server, "listening");
  await rename(`${path}.bound`, path);
  server.close();
  await once(server, "close");
}

describe("listen", () => {
  test("port 0 tells the port that the system chose", async () => {
    const listener = await start("127.0.0.1:0");
    expect(listener.address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(await ask(listener.address)).toBe("ping");
  });

  test("a unix socket is made with mode 0660 unless told, and removed on close", async () => {
    const path = join(folder, "socket");
    const listener = await start(`unix:${path}`);
    expect(listener.address).toBe(`unix:${path}`);
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    expect(await ask(listener.address)).toBe("ping");
    await listener.close();
    await expect(lstat(path)).rejects.toThrow("ENOENT");
  });

  test("mode, owner and group can be set", async () => {
    const path = join(folder, "socket");
    const { uid, gid } = await stat(folder);
    await start(`unix:${path}`, { access: { mode: 0o600, owner: uid, group: gid } });
    const made = await stat(path);
    expect([made.mode & 0o777, made.uid, made.gid]).toEqual([0o600, uid, gid]);
  });

  test("the path leads to the socket only when its mode is set, and nothing else is left in the folder", async () => {
    const path = join(folder, "socket");
    const modes = new Set<number>();
    const watching = new AbortController();
    const looks = (async () => {
      while (!watching.signal.aborted) {
        const made = await stat(path).catch(() => undefined);
        if (made !== undefined) modes.add(made.mode & 0o777);
      }
    })();
    for (let round = 0; round < 20; round++) {
      const listener = await start(`unix:${path}`, { access: { mode: 0o604 } });
      expect(await readdir(folder)).toEqual(["socket"]);
      await listener.close();
    }
    watching.abort();
    await looks;
    expect([...modes].filter((mode) => mode !== 0o604)).toEqual([]);
  });

  test("of two servers that begin at one path at one time one listens, also over a stale file", async () => {
    const path = join(folder, "socket");
    for (let round = 0; round < 20; round++) {
      if (round % 2 === 1) await leaveStaleSocket(path);
      const begun = await Promise.allSettled([start(`unix:${path}`), start(`unix:${path}`)]);
      const listening = begun.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      expect([listening.length, await ask(`unix:${path}`), await readdir(folder)]).toEqual([1, "ping", ["socket"]]);
      await listening[0]?.close();
    }
  });

  test("closing leaves the socket that another server has made there", async () => {
    const path = join(folder, "socket");
    const first = await start(`unix:${path}`);
    await rename(path, `${path}.old`);
    await start(`unix:${path}`);
    await first.close();
    expect(await ask(`unix:${path}`)).toBe("ping");
  });

  test("an owner that does not exist is refused, and nothing stays behind", async () => {
    const path = join(folder, "socket");
    await expect(start(`unix:${path}`, { access: { owner: "no:such" } })).rejects.toMatchObject({
      code: "FG_LISTEN_FAILED",
      message: `cannot listen on unix:${path}: /etc/passwd has no user no:such`,
    });
    await expect(ask(`unix:${path}`)).rejects.toThrow("ENOENT");
  });

  test("a used port is one sentence that names it", async () => {
    const { address } = await start("127.0.0.1:0");
    await expect(start(address)).rejects.toMatchObject({
      code: "FG_LISTEN_FAILED",
      message: `cannot listen on ${address}: it is in use`,
    });
  });

  test.each([
    ["a folder that is missing", (at: string) => `unix:${at}/none/socket`, /there is no such folder$/],
    ["an address of another machine", () => "192.0.2.1:0", /this machine does not have that address$/],
  ])("%s is refused", async (_, address, message) => {
    await expect(start(address(folder))).rejects.toMatchObject({
      code: "FG_LISTEN_FAILED",
      message: expect.stringMatching(message),
    });
  });

  test("a socket file on which nobody answers is replaced", async () => {
    const path = join(folder, "socket");
    await leaveStaleSocket(path);
    const listener = await start(`unix:${path}`);
    expect(await ask(listener.address)).toBe("ping");
  });

  test("a socket in use is refused and keeps working", async () => {
    const first = await start(`unix:${join(folder, "socket")}`);
    await expect(start(first.address)).rejects.toMatchObject({
      code: "FG_LISTEN_FAILED",
      message: `cannot listen on ${first.address}: another server answers on it`,
    });
    expect(await ask(first.address)).toBe("ping");
  });

  test("a file that is no socket is refused and kept", async () => {
    const path = join(folder, "precious");
    await writeFile(path, "data");
    await chmod(path, 0o600);
    await expect(start(`unix:${path}`)).rejects.toMatchObject({
      code: "FG_LISTEN_FAILED",
      message: `cannot listen on unix:${path}: the path exists and is no socket`,
    });
    expect((await stat(path)).size).toBe(4);
  });

  test("over the limit a connection is closed and counted, and room is given back", async () => {
    const refusals: Refusal[] = [];
    const listener = await start("127.0.0.1:0", { maxConnections: 1, onRefused: (refusal) => refusals.push(refusal) });
    const first = dial(listener.address);
    first.write("a");
    await once(first, "data");
    const second = dial(listener.address).on("error", () => undefined);
    await once(second, "close");
    expect(refusals).toEqual([{ kind: "connection-limit", limit: 1 }]);
    expect([listener.connections, listener.refused]).toEqual([1, 1]);
    first.end();
    await once(first, "close");
    expect(await ask(listener.address)).toBe("ping");
  });

  test("close lets a connection finish and accepts no other", async () => {
    const listener = await start("127.0.0.1:0", {
      onConnection: (socket) => {
        socket.resume();
        return () => socket.end("bye");
      },
    });
    const socket = dial(listener.address);
    socket.write("x");
    await once(socket, "connect");
    const answer = once(socket, "data");
    const closed = waitForConnection(listener).then(() => listener.close());
    expect(String((await answer)[0])).toBe("bye");
    await closed;
    await expect(ask(listener.address)).rejects.toThrow("ECONNREFUSED");
  });

  test("a connection that does not finish is destroyed when the grace is over", async () => {
    const listener = await start("127.0.0.1:0", {
      onConnection: (socket) => {
        socket.write("hello");
        return undefined;
      },
    });
    const socket = dial(listener.address).on("error", () => undefined);
    await once(socket, "data");
    const [first, second] = [listener.close({ graceMs: 10 }), listener.close()];
    expect(second).toBe(first);
    await Promise.all([first, once(socket, "close")]);
    expect(listener.connections).toBe(0);
  });

  test("a connection that is reset is only closed", async () => {
    const listener = await start("127.0.0.1:0");
    const socket = dial(listener.address);
    socket.write("a");
    await once(socket, "data");
    socket.resetAndDestroy();
    await once(socket, "close");
    expect(await ask(listener.address)).toBe("ping");
  });
});

/** Turns of the event loop until the server has seen the connection. */
async function waitForConnection(listener: Listener): Promise<void> {
  while (listener.connections === 0) await new Promise((resolve) => setImmediate(resolve));
}
