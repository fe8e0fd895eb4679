import { createGuard, pass, rule, type Verdict } from "@fromguard/core";
import { expect, test } from "vitest";
import { guardHandler } from "../../src/index.js";
import { mta } from "../recorded.js";
import { talk } from "../session/talk.js";

const FIELD = mta.header("From", "ann@corp.example");
const OCTETS = "From".length + "ann@corp.example".length;

const breaks = (): Verdict => {
  throw new Error("a rule that breaks");
};

test.each<[string, () => Verdict]>([
  ["passed", () => pass()],
  ["broke", breaks],
])("of a message that %s nothing is held behind its end", (_, evaluate) => {
  const guard = createGuard({ rules: [rule("header", ["headers"], evaluate)] });
  const { say, session } = talk(guardHandler(guard)());
  say(mta.offer(), mta.connect(), mta.helo(), mta.mail("<ann@corp.example>"), FIELD);
  expect(session.held).toBe(OCTETS);
  say(mta.eoh(), mta.eom());
  expect(session.held).toBe(0);
  say(mta.mail("<ann@corp.example>"), FIELD, FIELD);
  expect(session.held).toBe(2 * OCTETS);
  say(mta.abort());
  expect(session.held).toBe(0);
});

test("the late end of a message that was given up leaves the next one alone", async () => {
  const waiting: ((verdict: Verdict) => void)[] = [];
  const headers = rule("header", ["headers"], () => new Promise<Verdict>((resolve) => void waiting.push(resolve)));
  const { say, heard } = talk(guardHandler(createGuard({ rules: [headers] }))());
  say(mta.offer(), mta.connect(), mta.helo());
  say(mta.mail("<ann@corp.example>"), FIELD, mta.eoh(), mta.eom());
  say(mta.abort(), mta.mail("<ann@corp.example>"), FIELD);
  waiting[0]?.(pass());
  await new Promise(setImmediate);
  expect(heard()).toEqual([]);
  say(mta.eoh(), mta.eom());
  expect(waiting).toHaveLength(2);
  waiting[1]?.(pass());
  await new Promise(setImmediate);
  expect(heard()).toEqual(["continue"]);
});
