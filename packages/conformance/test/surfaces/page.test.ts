import { expect, it } from "vitest";
import { CORPUS } from "./corpus.js";
import { SURFACES } from "./kinds.js";
import { surfacesPage } from "./page.js";
import { ENVELOPES } from "./transactions.js";

it("docs/surfaces.md says of each surface what the suite holds it to", async () => {
  await expect(surfacesPage(SURFACES)).toMatchFileSnapshot("../../../../docs/surfaces.md");
});

it("plays at least 60 transactions", () => {
  expect(CORPUS.transactions.length).toBeGreaterThanOrEqual(156);
  expect(ENVELOPES.transactions).toHaveLength(16);
});
