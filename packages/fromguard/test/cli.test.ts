import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleCli } from "./support/bundle-cli.js";

let cli: string;

beforeAll(async () => {
  cli = await bundleCli();
}, 30_000);

const run = (...argv: readonly string[]) =>
  promisify(execFile)(process.execPath, [cli, ...argv]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );

describe("the command, as a process", { timeout: 20_000 }, () => {
  it("tells its version", async () => {
    expect(await run("--version")).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^fromguard \d+\.\d+\.\d+\n$/),
      stderr: "",
    });
  });

  it("hands its exit code on", async () => {
    expect(await run("chekc")).toEqual({
      code: 64,
      stdout: "",
      stderr: 'fromguard: unknown command "chekc" (did you mean check?); see fromguard --help\n',
    });
  });
});
