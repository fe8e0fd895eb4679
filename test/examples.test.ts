import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished, vi } from "vitest";
import { printed } from "./support/example-pages.js";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));

it.each(["embed", "smtp-server", "custom-mta", "http", "worker"])(
  "examples/%s prints what its page says",
  async (name) => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    await import(/* @vite-ignore */ `${EXAMPLES}${name}/main.js`);
    const lines = log.mock.calls.map((words) => `${words.join(" ")}\n`);
    log.mockRestore();
    expect(lines.join("")).toBe(printed.get(name));
  },
);

it.each([
  ["an error", 503, '{"action":"accept","code":"ok"}\n'],
  ["a success that is no answer", 202, '{"action":"accept","code":"ok"}\n'],
  ["a redirection", 302, '{"action":"accept","code":"ok"}\n'],
  ["what is no decision", 200, "<html>"],
])("the programs of examples/http take %s for a deferral", async (_what, status, body) => {
  const server = createServer((_request, response) => response.writeHead(status).end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [program, file] of [
    ["sh", "check.sh"],
    ["python3", "check.py"],
  ] as const) {
    const { stdout } = await promisify(execFile)(program, [`${EXAMPLES}http/${file}`, url]);
    expect(stdout).toMatch(/^\w+, honest: defer.*\n\w+, forged header: defer.*\n$/);
  }
});

it("the page has every example that is a program", () => {
  const folders = readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(`${EXAMPLES}${entry.name}`).includes("main.js"))
    .map(({ name }) => name);
  // The page of examples/rspamd is its own.
  expect([...printed.keys(), "rspamd"].sort()).toEqual(folders.sort());
});
