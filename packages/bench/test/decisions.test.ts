import { expect, it } from "vitest";
import { policies } from "../src/decisions.js";

it("both policies accept every mail", async () => {
  const both = await policies();
  expect(both.map(({ name }) => name)).toEqual(["composed rules", "imported main.cf"]);
  for (const policy of both) await expect(policy.run()).resolves.toBeUndefined();
});
