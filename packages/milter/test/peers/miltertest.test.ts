import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createGuard, headerOriginatorsOwned, loginOwnsEnvelope, ownedAddresses } from "@fromguard/core";
import { afterEach, describe, expect, test } from "vitest";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";
import {
  createMilterServer,
  type HandlerServerOptions,
  type MilterEvent,
  type MilterHandler,
  type MilterServer,
  type MilterVerdict,
  STEPS,
} from "../../src/index.js";

const notRun = whyNotRun(["miltertest"], { root: false });
const FOLDER = fileURLToPath(new URL("./miltertest", import.meta.url));

const ownership = ownedAddresses({ ann: ["ann@corp.example"] });
const guard = createGuard({ rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })] });

/** Runs a script of miltertest; what it complained of, and its exit code. */
function run(script: string, address: string): Promise<{ readonly complaint: string; readonly status: number | null }> {
  const socket = `socket=inet:${address.slice(address.lastIndexOf(":") + 1)}@127.0.0.1`;
  const args = ["-D", socket, "-D", `folder=${FOLDER}`, "-D", `script=${script}`, "-s", `${FOLDER}/run.lua`];
  return new Promise((resolve) => {
    const child = execFile("miltertest", args, { timeout: 30_000 }, (_error, stdout, stderr) =>
      resolve({ complaint: stdout + stderr, status: child.exitCode }),
    );
  });
}

describe.skipIf(notRun !== undefined)(`miltertest${notRun ? ` (${notRun})` : ""}`, () => {
  let server: MilterServer | undefined;
  afterEach(async () => {
    await server?.close({ graceMs: 0 });
  });

  async function passes(script: string, options: HandlerServerOptions | { guard: typeof guard }) {
    const events: MilterEvent[] = [];
    server = createMilterServer({ ...options, onEvent: (event) => events.push(event) });
    const { address } = await server.listen("127.0.0.1:0");
    expect(await run(script, address)).toEqual({ complaint: "", status: 0 });
    return events;
  }

  const watching = (seen: string[]): MilterHandler => {
    const see = (what: string): MilterVerdict => {
      seen.push(what);
      return "continue";
    };
    return {
      connect: ({ name, address }) => see(`connect ${name} ${address}`),
      helo: ({ name }) => see(`helo ${name}`),
      mail: ({ sender, args }, context) => see(`mail ${sender} ${args} by ${context.macro("auth_authen", "M")}`),
      rcpt: ({ recipient, args }) => see(`rcpt ${recipient} ${args}`),
      data: () => see("data"),
      unknown: ({ text }) => see(`unknown ${text}`),
      header: ({ name, value }) => see(`header ${name}: ${value}`),
      eoh: () => see("eoh"),
      body: ({ chunk }) => see(`body ${chunk}`),
      eom: ({ chunk }) => see(`eom ${chunk}`),
      abort: () => {
        seen.push("abort");
      },
    };
  };

  test("every event is taken and answered, of three messages on one connection", async () => {
    const seen: string[] = [];
    expect(await passes("events", { handler: () => watching(seen) })).toEqual([]);
    const message = [
      "mail <ann@corp.example> SIZE=500 by ann",
      "rcpt <bob@dest.example> NOTIFY=NEVER",
      "rcpt <eve@dest.example> ",
      "data",
      "header From: Ann <ann@corp.example>",
      "header Subject: two\n lines",
      "eoh",
      "body one\r\n",
      "body two\r\n",
      "eom ",
    ];
    expect(seen).toEqual([
      "connect client.example 192.0.2.1",
      "helo client.example",
      ...message,
      "abort",
      ...message,
      "abort",
      ...message,
      "unknown XVERB",
    ]);
  });

  test("every edit arrives", async () => {
    const handler: MilterHandler = {
      eom: () => ({
        verdict: "continue",
        edits: [
          { kind: "progress" },
          { kind: "change-header", index: 1, name: "From", value: "Ann <ann@corp.example>" },
          { kind: "change-header", index: 1, name: "DKIM-Signature", value: "" },
          { kind: "insert-header", index: 0, name: "Authentication-Results", value: "mx; auth=pass" },
          { kind: "add-header", name: "X-Tag", value: "100% sure" },
          { kind: "add-recipient", address: "<carol@dest.example>" },
          { kind: "delete-recipient", address: "<bob@dest.example>" },
          { kind: "replace-body", chunk: Buffer.from("Other\r\n") },
          { kind: "quarantine", reason: "look at it" },
        ],
      }),
    };
    expect(await passes("edits", { handler: () => handler })).toEqual([]);
  });

  test("every verdict arrives, at MAIL, RCPT, body and the end", async () => {
    const handler: MilterHandler = {
      negotiate: ({ actions }) => ({ actions, steps: STEPS.skip }),
      mail: async ({ sender }) => {
        const word = sender.slice(1, sender.indexOf("@"));
        if (word === "reply") return { reply: "553 5.7.1 not yours: 100%%" };
        return ["reject", "tempfail", "discard", "accept"].includes(word) ? (word as MilterVerdict) : "continue";
      },
      rcpt: ({ recipient }) => (recipient.startsWith("<reply@") ? { reply: "550 5.1.1 nobody" } : "continue"),
      body: () => "skip",
      eom: () => ({ reply: "550-5.7.1 the first line\r\n550 5.7.1 the second" }),
    };
    expect(await passes("replies", { handler: () => handler })).toEqual([]);
  });

  test("ABORT and a lost connection leave nothing behind", async () => {
    const seen: string[][] = [];
    const handler = () => {
      const mine: string[] = [];
      seen.push(mine);
      return watching(mine);
    };
    expect(await passes("abort", { handler })).toEqual([]);
    const [first = [], second = []] = seen;
    expect(first.filter((what) => /^(mail|abort|eom)/.test(what))).toEqual([
      "mail <ann@corp.example> SIZE=500 by ann",
      "abort",
      "mail <eve@corp.example>  by undefined",
      "eom ",
      "abort",
      "mail <ann@corp.example> SIZE=500 by ann",
      "eom ",
    ]);
    expect(second.at(-1)).toBe("mail <bob@corp.example> SIZE=500 by bob");
  });

  test("a guard asks for what its rules need, and answers honest and forged messages", async () => {
    const events = await passes("guard", { guard });
    const codes = events.map((event) => (event.kind === "decision" ? event.decision.code : event.kind));
    expect(codes).toEqual(["ok", "envelope-not-owned", "from-not-owned", "ok"]);
  });

  test("a guard answers every event of MTAs of versions 2, 3, 4 and 6 that offer no silence", async () => {
    const events = await passes("versions", { guard });
    expect(events.map((event) => event.kind === "decision" && event.decision.action)).toEqual(Array(4).fill("accept"));
  });
});
