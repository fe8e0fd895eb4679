import { createGuard, type Edit, pass, rule } from "@fromguard/core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { deliveredTo, mailboxes, makeMailboxes } from "../../../fromguard/test/peers/mailbox.js";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";
import { PrivatePostfix } from "../../../fromguard/test/peers/postfix.js";
import { submit } from "../../../fromguard/test/peers/smtp-client.js";
import { createMilterServer, type MilterEvent, type MilterHandler, type MilterOutcome } from "../../src/index.js";
import { type FrameTap, tapFrames } from "./frame-tap.js";

const notRun = whyNotRun(["postfix"]);
const QUEUED = /^250 2\.0\.0 Ok: queued/;

const HEADER = ["From: Ann <ann@example.com>", "X-A: 1", "Subject: hello", "X-A: 2", "x-a: 3"];
const BODY = "Hi there\n";
const LONG = `${"0123456789".repeat(7)}\n`.repeat(2_000);

/** What is edited, and what of the message is then delivered. */
interface Case {
  readonly name: string;
  readonly edits: NonNullable<MilterOutcome["edits"]>;
  readonly above?: readonly string[];
  readonly header?: readonly string[];
  readonly body?: string;
  readonly returnPath?: string;
}

const CASES: readonly Case[] = [
  { name: "nothing", edits: [] },
  {
    name: "From changed in its place",
    edits: [{ kind: "change-header", index: 1, name: "From", value: "Other <other@example.com>" }],
    header: ["From: Other <other@example.com>", ...HEADER.slice(1)],
  },
  {
    name: "a value folded over three lines",
    edits: [{ kind: "change-header", index: 1, name: "Subject", value: "one\n two\n\tthree" }],
    header: [...HEADER.slice(0, 2), "Subject: one\n two\n\tthree", ...HEADER.slice(3)],
  },
  {
    name: "several deleted, from the highest down",
    edits: [3, 1].map((index) => ({ kind: "change-header", index, name: "X-A", value: "" })),
    header: ["From: Ann <ann@example.com>", "Subject: hello", "X-A: 2"],
  },
  {
    name: "one changed, another deleted",
    edits: [
      { kind: "change-header", index: 3, name: "X-A", value: "changed" },
      { kind: "change-header", index: 2, name: "X-A", value: "" },
    ],
    header: ["From: Ann <ann@example.com>", "X-A: 1", "Subject: hello", "X-A: changed"],
  },
  {
    name: "one changed that is not there",
    edits: [{ kind: "change-header", index: 4, name: "X-A", value: "4" }],
    header: [...HEADER, "X-A: 4"],
  },
  {
    name: "inserted at 0, twice",
    edits: [
      { kind: "insert-header", index: 0, name: "X-Top", value: "lower" },
      { kind: "insert-header", index: 0, name: "X-Top", value: "upper" },
    ],
    above: ["X-Top: upper", "X-Top: lower"],
  },
  {
    name: "inserted below Received",
    edits: [{ kind: "insert-header", index: 1, name: "X-Second", value: "1" }],
    header: ["X-Second: 1", ...HEADER],
  },
  {
    name: "added at the end",
    edits: [{ kind: "add-header", name: "X-Tag", value: "100% of it" }],
    header: [...HEADER, "X-Tag: 100% of it"],
  },
  {
    name: "the sender changed",
    edits: [{ kind: "change-sender", address: "<bounces@example.com>" }],
    returnPath: "bounces@example.com",
  },
  {
    name: "the sender changed, with arguments",
    edits: [{ kind: "change-sender", address: "<bounces@example.com>", args: "RET=HDRS ENVID=one" }],
    returnPath: "bounces@example.com",
  },
  { name: "the null sender", edits: [{ kind: "change-sender", address: "<>" }], returnPath: "" },
  { name: "the body replaced", edits: [{ kind: "replace-body", chunk: Buffer.from("Other\r\n") }], body: "Other\n" },
  { name: "the body emptied", edits: [{ kind: "replace-body", chunk: Buffer.alloc(0) }], body: "" },
  {
    name: "the body replaced by one that no frame holds",
    edits: [{ kind: "progress" }, { kind: "replace-body", chunk: Buffer.from(LONG.replaceAll("\n", "\r\n")) }],
    body: LONG,
  },
];

/** What a rule may answer, in an order that is wrong on the wire. */
const SCRAMBLED: readonly Edit[] = [
  { kind: "prepend-header", name: "X-A", value: "top" },
  { kind: "add-header", name: "X-A", value: "end" },
  { kind: "delete-header", name: "X-A", occurrence: 1 },
  { kind: "change-header", name: "X-A", occurrence: 3, value: "changed" },
  { kind: "delete-header", name: "x-a", occurrence: 2 },
  { kind: "change-header", name: "From", occurrence: 1, value: "Other <other@example.com>" },
  { kind: "change-envelope-from", address: "bounces@example.com" },
];

describe.skipIf(notRun !== undefined)(`edits that a real Postfix delivers${notRun ? ` (${notRun})` : ""}`, () => {
  const outcomes = new Map<string, MilterOutcome>();
  const faults: MilterEvent[] = [];
  const boxes = [...CASES.map((_, index) => `box${index}`), "first", "second", "scrambled", "plain"];
  let postfix: PrivatePostfix;
  let tap: FrameTap;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const handler = (): MilterHandler => {
      let sender = "";
      return {
        mail: (event) => {
          sender = event.sender;
          return "continue";
        },
        eom: () => outcomes.get(sender) ?? "continue",
      };
    };
    const onEvent = (event: MilterEvent) => {
      if (event.kind !== "decision") faults.push(event);
    };
    const edited = createMilterServer({ handler, onEvent });
    const guarded = (edits: readonly Edit[]) =>
      createMilterServer({
        guard: createGuard({
          rules: [rule("mail", ["envelopeFrom"], () => pass()), rule("edit", ["headers"], () => pass("ok", edits))],
        }),
        onEvent,
      });
    const servers = { edited, scrambled: guarded(SCRAMBLED), plain: guarded([]) };
    const smtpds: Record<string, Record<string, string>> = {};
    for (const [name, server] of Object.entries(servers)) {
      let { address } = await server.listen("127.0.0.1:0");
      closing.push(() => server.close({ graceMs: 0 }));
      if (name === "plain") {
        tap = await tapFrames(address);
        closing.push(() => tap.close());
        ({ address } = tap);
      }
      smtpds[name] = { smtpd_milters: `inet:${address}`, milter_default_action: "tempfail" };
    }
    postfix = await PrivatePostfix.start({ ...mailboxes(boxes), smtpds });
    closing.unshift(() => postfix.stop());
    await makeMailboxes(postfix);
  });

  afterAll(async () => {
    for (const close of closing) await close();
    expect(faults).toEqual([]);
  });

  const send = (smtpd: string, mailFrom: string, ...to: readonly string[]) =>
    submit({
      port: postfix.port(smtpd),
      mailFrom,
      recipients: to.map((name) => `<${name}@partner.test>`),
      message: [...HEADER, "", BODY].join("\n").replaceAll("\n", "\r\n"),
    });

  const whole = ({ above = [], header = HEADER, body = BODY, returnPath }: Partial<Case>, to: string) =>
    [
      `Return-Path: <${returnPath}>`,
      `X-Original-To: ${to}@partner.test`,
      `Delivered-To: ${to}@partner.test`,
      ...above,
      "Received: TRACE",
      ...header,
      "",
      body,
    ].join("\n");
  const delivered = async (to: string) =>
    (await deliveredTo(postfix, to)).replace(/^Received: from .*(?:\n[ \t].*)*/m, "Received: TRACE");

  test.each(CASES.map((one, index) => [one.name, one, `box${index}`] as const))("%s", async (_, one, box) => {
    const sender = `${box}@example.com`;
    outcomes.set(`<${sender}>`, { verdict: "continue", edits: one.edits });
    expect((await send("edited", `<${sender}>`, box)).text).toMatch(QUEUED);
    expect(await delivered(box)).toBe(whole({ returnPath: sender, ...one }, box));
  });

  test("a recipient deleted, another added", async () => {
    const edits = [
      { kind: "delete-recipient", address: "<first@partner.test>" },
      { kind: "add-recipient", address: "<second@partner.test>" },
    ] as const;
    outcomes.set("<moved@example.com>", { verdict: "continue", edits });
    expect((await send("edited", "<moved@example.com>", "first")).text).toMatch(QUEUED);
    expect(await delivered("second")).toBe(whole({ returnPath: "moved@example.com" }, "second"));
    expect(await postfix.log()).not.toMatch(/to=<first@partner\.test>/);
  });

  test("quarantine holds the message, edits and all", async () => {
    const edits = [
      { kind: "add-header", name: "X-Held", value: "yes" },
      { kind: "quarantine", reason: "look at it" },
    ] as const;
    outcomes.set("<held@example.com>", { verdict: "continue", edits });
    expect((await send("edited", "<held@example.com>", "first")).text).toMatch(QUEUED);
    const held = await vi.waitFor(
      async () => {
        const found = (await postfix.queue()).find(({ sender }) => sender === "held@example.com");
        expect(found).toBeDefined();
        return found;
      },
      { timeout: 15_000, interval: 50 },
    );
    expect(held?.queue_name).toBe("hold");
    expect(await postfix.message(held?.queue_id ?? "")).toMatch(/^X-Held: yes$/m);
  });

  test("a refusal drops the edits, and its text arrives with its percent signs", async () => {
    const before = (await postfix.queue()).length;
    outcomes.set("<refused@example.com>", {
      verdict: { reply: "550-5.7.1 100%% of 5%%d\r\n550 5.7.1 the second line" },
      edits: [{ kind: "add-header", name: "X-Tag", value: "1" }],
    });
    const { stage, text } = await send("edited", "<refused@example.com>", "first");
    expect({ stage, lines: text.split("\r\n") }).toEqual({
      stage: "END",
      lines: ["550-5.7.1 100% of 5%d", "550 5.7.1 the second line"],
    });
    expect((await postfix.queue()).length).toBe(before);
  });

  test("the edits of a decision, in whatever order, hit the fields that were counted in the header as received", async () => {
    expect((await send("scrambled", "<ann@example.com>", "scrambled")).text).toMatch(QUEUED);
    const header = ["From: Other <other@example.com>", "Subject: hello", "X-A: changed", "X-A: end"];
    const expected = { above: ["X-A: top"], header, returnPath: "bounces@example.com" };
    expect(await delivered("scrambled")).toBe(whole(expected, "scrambled"));
  });

  test("an accepted message without edits costs two waits, and the events that nobody judges are not sent", async () => {
    expect((await send("plain", "<ann@example.com>", "plain")).text).toMatch(QUEUED);
    expect(await delivered("plain")).toBe(whole({ returnPath: "ann@example.com" }, "plain"));
    const connection = tap.connections.at(-1);
    await connection?.closed;
    expect(connection?.fromFilter.join("")).toBe("Occ");
    expect(connection?.fromMta.filter((command) => command !== "D").join("")).toBe("OCHMLLLLLNEAAQ");
  });
});
