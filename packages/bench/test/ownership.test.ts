import { ownershipGraph } from "@fromguard/core";
import { expect, it } from "vitest";
import { organisation, ownershipSubjects, questionsOn } from "../src/ownership.js";

const SMALL = { addresses: 1_000, logins: 200, groups: 40 };

it("asks what is answered as expected, of every kind", async () => {
  const graph = ownershipGraph(organisation(SMALL), { name: "bench" });
  const asked = questionsOn(SMALL);
  const kinds = asked.map(({ login, address }) => graph.ask(login, [{ address, role: "envelope" }])[0]?.kind);
  expect(kinds).toEqual(asked.map(({ kind }) => kind));
  expect(new Set(kinds).size).toBe(3);
  for (const { run } of ownershipSubjects(SMALL)) for (let i = 0; i < 10; i++) await run();
});
