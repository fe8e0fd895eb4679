import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { plugin } from "./haraka.js";

it("examples/haraka takes a client's own mail, and refuses what is in the name of another", async () => {
  const main = fileURLToPath(new URL("../../../../examples/haraka/main.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, await plugin()]);
  expect(stdout).toMatch(
    /^ann sends <ann@example\.com>, From: ann@example\.com\n {2}250 Message Queued\nann sends <bob@example\.com>, From: ann@example\.com\n {2}553 5\.7\.1 .*\(bob@example\.com\).*\nann sends <ann@example\.com>, From: Bob <bob@example\.com>\n {2}553 5\.7\.1 .*\(bob@example\.com\).*\n$/,
  );
});
