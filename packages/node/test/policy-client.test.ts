import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { askPolicyServer, MAX_POLICY_REPLY_BYTES } from "../src/policy-client.js";

let server: Server | undefined;
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** Answers each connection as told once a whole request has come. */
async function serve(answer: (request: string, socket: Socket) => void): Promise<string> {
  const listening = createServer((socket) => {
    sockets.add(socket);
    let request = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      request += chunk.toString();
      if (request.endsWith("\n\n")) answer(request, socket);
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `inet:127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

const request = [
  ["request", "smtpd_access_policy"],
  ["sender", "jürgen@example.com"],
] as const;

async function ask(answer: (request: string, socket: Socket) => void, timeoutMs = 5000) {
  const { signal } = new AbortController();
  return askPolicyServer({ endpoint: await serve(answer), timeoutMs }, request, { signal });
}

describe("a policy client", () => {
  it("sends each attribute on a line and ends with an empty one", async () => {
    let seen = "";
    const reply = await ask((text, socket) => {
      seen = text;
      socket.write("action=DUNNO\n\n");
    });
    expect(seen).toBe("request=smtpd_access_policy\nsender=jürgen@example.com\n\n");
    expect(reply).toEqual({ ok: true, attributes: [["action", "DUNNO"]] });
  });

  it.each<[string, readonly (string | Buffer)[], object]>([
    [
      "attributes that nobody asked for",
      ["x=1\naction=reject a=b\n\n"],
      [
        ["x", "1"],
        ["action", "reject a=b"],
      ],
    ],
    ["a reply in two parts", ["acti", "on=ok\n", "\n"], [["action", "ok"]]],
    ["an empty reply", ["\n"], []],
    ["an empty action", ["action=\n\n"], [["action", ""]]],
  ])("reads %s", async (_what, parts, attributes) => {
    expect(await ask((_text, socket) => parts.forEach((part) => void socket.write(part)))).toEqual({
      ok: true,
      attributes,
    });
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ["a line without =", (socket) => void socket.write("garbage\n\n"), "without"],
    ["an end before the reply", (socket) => void socket.end("action=ok\n"), "ended"],
    ["text that is not UTF-8", (socket) => void socket.write(Buffer.from([0x61, 0x3d, 0xff, 0x0a, 0x0a])), "UTF-8"],
    ["a reply without end", (socket) => void socket.write(`a=${"x".repeat(MAX_POLICY_REPLY_BYTES)}\n`), "too long"],
  ])("fails for %s", async (_what, answer, cause) => {
    expect(await ask((_text, socket) => answer(socket))).toMatchObject({
      ok: false,
      cause: expect.stringContaining(cause),
    });
  });

  it("gives up at its deadline", async () => {
    expect(await ask(() => {}, 20)).toEqual({ ok: false, cause: "Connection timed out" });
  });

  it("gives up when the answer is not wanted any more", async () => {
    const endpoint = await serve(() => {});
    expect(
      await askPolicyServer({ endpoint, timeoutMs: 5000 }, request, { signal: AbortSignal.abort() }),
    ).toMatchObject({ ok: false });
  });

  it.each(["inet:127.0.0.1:1", "unix:/nowhere/socket", "inet:nothing", "inet:[::1]:99999"])(
    "fails for %s",
    async (endpoint) => {
      const { signal } = new AbortController();
      expect(await askPolicyServer({ endpoint, timeoutMs: 5000 }, request, { signal })).toMatchObject({ ok: false });
    },
  );

  it("sends no attribute that would begin another", async () => {
    const { signal } = new AbortController();
    const smuggled = [["sender", "a\naction=ok"]] as const;
    expect(
      await askPolicyServer({ endpoint: "inet:127.0.0.1:1", timeoutMs: 1000 }, smuggled, { signal }),
    ).toMatchObject({
      ok: false,
      cause: expect.stringContaining("line break"),
    });
  });
});
