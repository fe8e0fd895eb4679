import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
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

it("the page has every example that is a program", () => {
  const folders = readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(`${EXAMPLES}${entry.name}`).includes("main.js"))
    .map(({ name }) => name);
  // The page of examples/rspamd is its own.
  expect([...printed.keys(), "rspamd"].sort()).toEqual(folders.sort());
});
