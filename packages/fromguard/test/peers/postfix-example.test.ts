import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { printed } from "../../../../test/support/example-pages.js";
import { bundleCli } from "../support/bundle-cli.js";
import { whyNotRun } from "./peers.js";

it.skipIf(whyNotRun(["postfix", "dovecot"]) !== undefined)("examples/postfix prints what its page says", async () => {
  const main = fileURLToPath(new URL("../../../../examples/postfix/main.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, await bundleCli()]);
  expect(stdout).toBe(printed.get("postfix"));
});
