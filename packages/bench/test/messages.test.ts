import { describe, expect, it, test } from "vitest";
import { headerCosts, headerSubjects } from "../src/headers.js";
import { submission } from "../src/messages.js";

test("the message measured is what its name says: 20 fields, 2 kB", () => {
  const text = new TextDecoder().decode(submission(7));
  expect(text.split(/\r\n(?![ \t])/).filter((field) => field !== "")).toHaveLength(20);
  expect(text.length).toBeGreaterThan(1900);
  expect(text.length).toBeLessThan(2300);
});

describe("nobody is measured at refusing", () => {
  it.each(headerSubjects().map((subject) => [subject.name, subject] as const))("%s", async (_, { run }) => {
    await run();
  });

  test("at any size", () => {
    for (const { perOctet } of headerCosts([2000, 20_000], 1)) expect(perOctet).toHaveLength(2);
  });
});
