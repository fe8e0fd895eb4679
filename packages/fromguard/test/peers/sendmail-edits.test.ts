import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EDITED, type EditCase, REFUSED } from "./edit-cases.js";
import { arrived, EditDaemons, messageTo, type RulesName, unedited } from "./edit-daemons.js";
import { PrivateSendmail, whyNoSendmail } from "./sendmail.js";
import { submit } from "./smtp-client.js";

const reason = whyNoSendmail();
const ANN = "ann@example.com";

describe.skipIf(reason !== undefined)("edits of the daemon's milter behind a real Sendmail", () => {
  let daemons: EditDaemons | undefined;
  let sendmail: PrivateSendmail;

  beforeAll(async () => {
    daemons = await EditDaemons.start();
    const users = { [ANN]: "secret", "bob@example.com": "secret" };
    sendmail = await PrivateSendmail.start({ milters: daemons.ports, users });
  }, 120_000);

  afterAll(async () => {
    await sendmail?.stop();
    await daemons?.stop();
  });

  const send = async (rules: RulesName, login: string, mailFrom: string, to: string, text: string) => {
    const { text: reply } = await submit({
      port: sendmail.port(rules),
      auth: { user: login, password: "secret" },
      mailFrom: `<${mailFrom}>`,
      recipients: [`<${to}@partner.test>`],
      message: text,
    });
    // Sendmail says to whose address it answers.
    return reply.replace(/^(\d{3} \S+) <\S*>\.\.\. /, "$1 ");
  };

  /** What Sendmail adds by itself, unseen by milters: dates and identifiers, those of a resent message too, whose author is then the envelope sender. */
  const generated = (delivered: readonly string[], mailFrom: string): readonly string[] => {
    const resent = delivered.flatMap((line) => /^resent-(?:from|sender)(?=:)/i.exec(line)?.[0].toLowerCase() ?? []);
    if (resent.length === 0) return ["Date: TIME", "Message-Id: ID"];
    const author = resent.includes("resent-from") ? [] : [`Resent-From: ${mailFrom}`];
    return ["Resent-Date: TIME", "Date: TIME", ...author, "Resent-Message-Id: ID", "Message-Id: ID"];
  };

  /** What arrives: the trace of Sendmail with its times and identifiers left out, the stamp, the header, the body. */
  const wholeOf = (one: EditCase, to: string): string =>
    [
      `From ${one.mailFrom ?? ANN} TIME`,
      ...(one.stamp === undefined ? [] : [one.stamp]),
      "Received: TRACE",
      ...generated(one.delivered, one.mailFrom ?? ANN),
      ...arrived(one, to),
    ].join("\n");
  const withoutTime = (text: string) =>
    text
      .replace(/^(From \S+ ).*/, "$1TIME")
      .replace(/^Received: .*(\n\t.*)*/m, "Received: TRACE")
      .replace(/^((?:Resent-)?Date: ).*/gm, "$1TIME")
      .replace(/^((?:Resent-)?Message-Id: ).*/gm, "$1ID");

  test.each(EDITED.map((one, index) => [one.name, one, `box${index}`] as const))("%s", async (_, one, to) => {
    expect(await send(one.rules, ANN, one.mailFrom ?? ANN, to, messageTo(to, one.header))).toMatch(/^250 2\.0\.0 /);
    expect(withoutTime(await sendmail.deliveredTo(to))).toBe(wholeOf(one, to));
    const plain = await send("plain", ANN, one.mailFrom ?? ANN, to, messageTo(to, one.header));
    expect(plain.startsWith(unedited(one))).toBe(true);
  });

  test.each(REFUSED.map((one, index) => [one.name, one, `refused${index}`] as const))(
    "refused as without edits: %s",
    async (_, { rules, login, mailFrom, header, reply }, to) => {
      expect(await send(rules, login, mailFrom, to, messageTo(to, header))).toMatch(reply);
      expect(await sendmail.mailboxes()).not.toContain(to);
    },
  );
});
