import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";

it("the embedding example of the README refuses a forged From", async () => {
  const log = vi.spyOn(console, "log").mockReturnValue();
  await import(/* @vite-ignore */ fileURLToPath(new URL("../../../examples/embed/main.js", import.meta.url)));
  expect(log.mock.calls).toEqual([["reject", "from-not-owned"]]);
  log.mockRestore();
});
