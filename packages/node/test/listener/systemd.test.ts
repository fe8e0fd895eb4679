import { openSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemdDescriptor } from "../../src/listener/systemd.js";

const PID = 4711;

describe("the descriptors that systemd hands over", () => {
  const env = (changes: Record<string, string | undefined> = {}) => ({
    env: { LISTEN_PID: String(PID), LISTEN_FDS: "2", LISTEN_FDNAMES: "policy:milter", ...changes },
    pid: PID,
    isHere: true,
  });

  test.each([
    ["no variables", env({ LISTEN_PID: undefined, LISTEN_FDS: undefined }), /^systemd hands over no sockets: /],
    [
      "variables for another process",
      env({ LISTEN_PID: "1" }),
      /^the sockets are for process 1 \(LISTEN_PID\), and this is 4711/,
    ],
    [
      "a name that is not there",
      env({ LISTEN_FDNAMES: "a:b" }),
      /^systemd hands over no socket of that name, but a, b$/,
    ],
    ["a name behind the count", env({ LISTEN_FDS: "1", LISTEN_FDNAMES: "milter:policy" }), /of that name, but milter$/],
    ["no names", env({ LISTEN_FDNAMES: undefined }), /of that name, but none with a name$/],
    ["two of the name", env({ LISTEN_FDNAMES: "policy:policy" }), /^systemd hands over several sockets of that name: /],
    ["a count that is none", env({ LISTEN_FDS: "x" }), /of that name, but none with a name$/],
  ])("%s is one sentence", (_, activation, message) => {
    expect(() => systemdDescriptor("policy", activation)).toThrow(message);
  });

  describe("by number", () => {
    const server = createServer();
    let file: number;
    beforeAll(async () => {
      file = openSync("/dev/null", "r");
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    afterAll(() => server.close());

    const names = (at: number) =>
      Array.from({ length: at - 2 }, (_, n) => (n === at - 3 ? "policy" : `f${n}`)).join(":");
    const at = (descriptor: number) => env({ LISTEN_FDS: String(descriptor - 2), LISTEN_FDNAMES: names(descriptor) });

    test("a socket is found, a file and a descriptor that is closed are refused", () => {
      const descriptor = (server as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
      expect(systemdDescriptor("policy", at(descriptor))).toBe(descriptor);
      expect(() => systemdDescriptor("policy", at(file))).toThrow(`descriptor ${file} is no socket`);
      expect(() => systemdDescriptor("policy", at(60_000))).toThrow("descriptor 60000 is no socket");
      expect(systemdDescriptor("policy", { ...at(60_000), isHere: false })).toBe(60_000);
    });
  });
});
