import { expect, it } from "vitest";
import { contents, mailLog } from "../../src/replay/mail-log.js";

it("has the lines and messages that it tells, and forges every twentieth sender", () => {
  const lines = [...mailLog(7000)].join("").trimEnd().split("\n");
  expect(contents(7000)).toEqual({ messages: 1000, forged: 50 });
  expect(lines).toHaveLength(7000);
  const ids = lines.flatMap((line) => /: ([0-9A-F]{10}): removed$/.exec(line)?.[1] ?? []);
  expect(new Set(ids).size).toBe(1000);
  const logins = lines.flatMap((line) => /sasl_username=(.+)$/.exec(line)?.[1] ?? []);
  const senders = lines.flatMap((line) => /from=<([^@]+)@example\.com>/.exec(line)?.[1] ?? []);
  expect(senders.filter((sender, at) => sender !== logins[at])).toHaveLength(50);
});

it("goes on behind a piece and behind a day", () => {
  const pieces = [...mailLog(7 * 86_401)];
  expect(pieces).toHaveLength(87);
  expect(pieces[0]).toMatch(/^Nov {2}1 00:00:01 /);
  expect(pieces.at(-1)).toMatch(/Nov {2}2 00:00:01 mail [^\n]*\n$/);
});
