import { expect, it } from "vitest";
import { CORPUS } from "./corpus.js";
import { SURFACES } from "./kinds.js";
import { mtaHooks } from "./mta-hooks.js";
import { surfacesPage } from "./page.js";
import { ENVELOPES } from "./transactions.js";

it("docs/surfaces.md says of each surface what the suite holds it to", async () => {
  await expect(surfacesPage(SURFACES)).toMatchFileSnapshot("../../../../docs/surfaces.md");
});

it("plays at least 60 transactions", () => {
  expect(CORPUS.transactions.length).toBeGreaterThanOrEqual(156);
  expect(ENVELOPES.transactions).toHaveLength(16);
});

it("each code that MTA Hooks cannot see is that of a message which passes there", () => {
  const codes = (mtaHooks.unseen ?? []).map((each) => each.slice(each.lastIndexOf(": ") + 2));
  expect([...new Set(codes)].sort()).toEqual([...mtaHooks.blindTo].sort());
});
