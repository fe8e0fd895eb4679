import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { printed } from "../../../../test/support/example-pages.js";
import { plugin } from "./haraka.js";

it("examples/haraka prints what its page says", async () => {
  const main = fileURLToPath(new URL("../../../../examples/haraka/main.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, await plugin()]);
  expect(stdout).toBe(printed.get("haraka"));
});
