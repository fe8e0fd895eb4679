import { codes, createGuard, facts, headerOriginatorsOwned, ownedAddresses, readHeaderBytes } from "@fromguard/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EDITED, type EditCase, REFUSED } from "./edit-cases.js";
import { arrived, EditDaemons, messageTo, type RulesName, unedited } from "./edit-daemons.js";
import { deliveredTo, mailboxes, makeMailboxes } from "./mailbox.js";
import { whyNotRun } from "./peers.js";
import { PrivatePostfix } from "./postfix.js";
import { submit } from "./smtp-client.js";

const reason = whyNotRun(["postfix"]);
const QUEUED = /^250 2\.0\.0 Ok: queued/;
const ANN = "ann@example.com";

/** One mailbox a case. */
const BOXES = EDITED.map((_, index) => `box${index}`);

const codeOf = async (header: readonly string[]): Promise<string> => {
  const ownership = ownedAddresses({ [ANN]: [ANN, "press@example.com"] });
  const headers = readHeaderBytes(Buffer.from(`${header.join("\r\n")}\r\n\r\n`));
  const guard = createGuard({ rules: [headerOriginatorsOwned({ ownership })] });
  return (await guard.check(facts({ login: ANN, headers }))).code;
};

describe("the cases", () => {
  test("are one of each curable code at least, and nothing else is cured", async () => {
    const curable = Object.entries(codes).flatMap(([code, { curable: can }]) => (can ? [code] : []));
    expect(new Set(EDITED.flatMap(({ code }) => code ?? []))).toEqual(new Set(curable));
    for (const { header, code } of EDITED) expect(await codeOf(header)).toBe(code ?? "ok");
  });
});

describe.skipIf(reason !== undefined)("edits of the daemon's milter behind a real Postfix", () => {
  const closing: (() => Promise<void>)[] = [];
  let postfix: PrivatePostfix;

  beforeAll(async () => {
    const daemons = await EditDaemons.start();
    closing.push(() => daemons.stop());
    const smtpds = Object.fromEntries(
      Object.entries(daemons.ports).map(([name, port]) => [
        name,
        { smtpd_milters: `inet:127.0.0.1:${port}`, milter_default_action: "tempfail" },
      ]),
    );
    postfix = await PrivatePostfix.start({ ...mailboxes(BOXES.flatMap((name) => [name, `${name}-again`])), smtpds });
    closing.unshift(() => postfix.stop());
    await makeMailboxes(postfix);
  }, 120_000);

  afterAll(async () => {
    for (const close of closing) await close();
  });

  const send = (rules: RulesName, login: string, mailFrom: string, to: string, text: string) =>
    submit({
      port: postfix.port(rules),
      xclientLogin: login,
      mailFrom: `<${mailFrom}>`,
      recipients: [`<${to}@partner.test>`],
      message: text,
    });

  /** What arrives: the trace of Postfix with its times and identifiers left out, the stamp, the header, the body. */
  const wholeOf = (one: EditCase, to: string): string =>
    [
      `Return-Path: <${one.mailFrom ?? ANN}>`,
      `X-Original-To: ${to}@partner.test`,
      `Delivered-To: ${to}@partner.test`,
      ...(one.stamp === undefined ? [] : [one.stamp]),
      "Received: from client.example.org (client.example.org [198.51.100.7])",
      "\tby mail.example.com (Postfix) with ESMTPA id ID",
      `\tfor <${to}@partner.test>; TIME`,
      ...arrived(one, to),
    ].join("\n");
  const withoutTime = (text: string) => text.replace(/( with ESMTPA id )\w+(\n\tfor <[^>]*>; ).*/, "$1ID$2TIME");

  test.each(EDITED.map((one, index) => [one.name, one, BOXES[index]!] as const))("%s", async (_, one, to) => {
    const sent = await send(one.rules, ANN, one.mailFrom ?? ANN, to, messageTo(to, one.header));
    expect(sent.text).toMatch(QUEUED);
    const delivered = await deliveredTo(postfix, to);
    expect(withoutTime(delivered)).toBe(wholeOf(one, to));

    const again = delivered.replaceAll("\n", "\r\n");
    expect((await send("plain", ANN, one.mailFrom ?? ANN, `${to}-again`, again)).text).toMatch(QUEUED);
    const plain = await send("plain", ANN, one.mailFrom ?? ANN, to, messageTo(to, one.header));
    expect(plain.text.startsWith(unedited(one))).toBe(true);
  });

  test.each(REFUSED.map((one) => [one.name, one] as const))(
    "refused as without edits: %s",
    async (_, { rules, login, mailFrom, header, reply }) => {
      const before = (await postfix.queue()).length;
      expect((await send(rules, login, mailFrom, "box0", messageTo("box0", header))).text).toMatch(reply);
      expect((await postfix.queue()).length).toBe(before);
    },
  );
});
