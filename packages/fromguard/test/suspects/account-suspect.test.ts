import { readFile } from "node:fs/promises";
import { describe, expect, it, vi } from "vitest";
import { askPolicy } from "../../src/demo/policy-client.js";
import { SuspectHook } from "../../src/suspects/suspect-hook.js";
import { folderWith } from "../support/folder.js";
import { events } from "../support/running.js";
import { served } from "../support/served.js";

const CONFIG = `ownership:
  - login-map: inline:{ann@example.com=ann}
listeners:
  - policy: 127.0.0.1:0
metrics: 127.0.0.1:0
rules: [login-owns-envelope]
`;

async function daemonWith(more: string) {
  const { addressOf, io, sample } = await served(CONFIG + more);
  const send = (sender: string) => askPolicy(addressOf("policy"), { login: "bob", sender, recipient: "x@example.com" });
  const suspects = () => events(io).filter(({ event }) => event === "account-suspect");
  return { send, suspects, sample };
}

describe("an account that others use", () => {
  it("gives one line of the log, one of a metric, and one run of the command", async () => {
    const out = await folderWith({});
    const write = `require("node:fs").appendFileSync("${out}/told", require("node:fs").readFileSync(0))`;
    const command = JSON.stringify([process.execPath, "-e", write]);
    const { send, suspects, sample } = await daemonWith(`account-suspect: { addresses: 2, command: ${command} }\n`);
    for (const sender of ["a@x.test", "b@x.test", "a@x.test"]) await send(sender);
    expect(suspects()).toEqual([]);
    for (const sender of ["c@x.test", "d@x.test"]) await send(sender);
    const suspect = { login: "bob", addresses: 3, minutes: 10 };
    expect(suspects()).toEqual([expect.objectContaining({ level: "warn", ...suspect })]);
    expect(await sample("fromguard_account_suspects_total")).toBe("1");
    const told = await vi.waitFor(() => readFile(`${out}/told`, "utf8"), { timeout: 30_000, interval: 100 });
    expect(JSON.parse(told)).toEqual(suspect);
  });

  it("is told at more than ten addresses by default, and never where that is off", async () => {
    for (const [more, count] of [
      ["", 1],
      ["account-suspect: false\n", 0],
    ] as const) {
      const { send, suspects } = await daemonWith(more);
      for (let each = 0; each < 11; each++) {
        expect(suspects()).toEqual([]);
        await send(`${each}@x.test`);
      }
      expect(suspects()).toHaveLength(count);
    }
  });
});

describe("the command for a suspect", () => {
  const suspect = { login: "bob", addresses: 3, minutes: 10 };

  async function causesOf(command: readonly string[], times: number, timeoutMs?: number) {
    const causes: string[] = [];
    const timeout = timeoutMs === undefined ? {} : { timeoutMs };
    const hook = new SuspectHook({ command, onFailed: (_, cause) => causes.push(cause), ...timeout });
    for (let time = 0; time < times; time++) hook.run(suspect);
    await hook.idle();
    return causes;
  }

  it("is not run where a hundred wait, and fails by itself alone", async () => {
    const causes = await causesOf(["/nowhere/command"], 102);
    expect(causes.filter((cause) => cause.includes("wait for the command"))).toHaveLength(2);
    expect(causes.filter((cause) => cause.includes("ENOENT"))).toHaveLength(100);
  });

  it.each([
    ["its exit code", "process.exit(3)", undefined, "exit code 3"],
    ["that it was killed", "setInterval(() => {}, 1000)", 300, "SIGKILL after at most 300 ms"],
  ])("tells %s", async (_, script, timeoutMs, cause) => {
    expect(await causesOf([process.execPath, "-e", script], 1, timeoutMs)).toEqual([cause]);
  });
});
