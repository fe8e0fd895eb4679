import { expect, test } from "vitest";
import { createMilterSession, type MilterContext, type MilterHandler } from "../../src/index.js";
import { octets, recordings } from "../recorded.js";

type Names = Readonly<Record<string, string>>;

/** What each stage's own set holds by default, or where the filter has asked for its own lists. */
const CASES: readonly (readonly [mta: string, recording: string, stages: Names])[] = [
  [
    "Postfix",
    "accept-auth",
    {
      C: "j daemon_name daemon_addr v _",
      M: "auth_type auth_authen mail_addr mail_host mail_mailer",
      R: "rcpt_addr rcpt_host rcpt_mailer",
      T: "i",
      L: "i",
      N: "i",
      B: "i",
      E: "i",
    },
  ],
  [
    "Postfix, by lists of the filter",
    "symlist",
    {
      C: "j client_addr client_name client_port client_ptr client_resolve daemon_port",
      M: "auth_authen auth_type mail_addr mail_host client_addr",
      B: "i auth_authen",
      E: "i auth_authen",
    },
  ],
  [
    "Sendmail",
    "sendmail-login",
    {
      C: "j _ daemon_name if_name",
      M: "i auth_type auth_authen auth_ssf auth_author mail_mailer mail_host mail_addr",
      R: "rcpt_mailer rcpt_host rcpt_addr",
      E: "msg_id",
    },
  ],
  [
    "Sendmail, by lists of the filter",
    "sendmail-macro-lists",
    {
      C: "j v client_addr",
      M: "i v auth_authen auth_ssf",
      R: "i",
      T: "i j",
      N: "i mail_addr",
      E: "i auth_authen mail_addr",
    },
  ],
];

test.each(CASES)("the macros of %s are there at each stage: %s", (_, name, stages) => {
  const recording = recordings.find((one) => one.name === name);
  const frames = recording?.connections.at(-1)?.frames ?? [];
  const seen: Record<string, string> = {};
  const look = (stage: string) => (context: MilterContext) => {
    const names = (stages[stage] ?? "").split(" ").filter((macro) => context.macro(macro, stage));
    if (names.length > 0) seen[stage] = names.join(" ");
    return "continue" as const;
  };
  const at = (stage: string) => (_event: unknown, context: MilterContext) => look(stage)(context);
  const handler: MilterHandler = {
    connect: at("C"),
    helo: at("H"),
    mail: at("M"),
    rcpt: at("R"),
    data: look("T"),
    header: at("L"),
    eoh: look("N"),
    body: at("B"),
    eom: at("E"),
  };
  const session = createMilterSession({ handler: () => handler, send: () => undefined, onClose: () => undefined });
  for (const [direction, hex] of frames) if (direction === "mta") session.receive(octets(hex));
  expect(seen).toEqual(stages);
});
