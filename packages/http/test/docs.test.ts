import { headerOriginatorsOwned, loginOwnsEnvelope, ownedAddresses } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { get, handlerOf, post } from "./support/handlers.js";
import { blocksOf, pageOf } from "./support/pages.js";

const ownership = ownedAddresses({ ann: ["ann@example.com"] });
const handler = handlerOf({}, [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })]);

describe("docs/http.md", () => {
  const [transaction = "", decision = "", wrong = "", problem = "", ...rest] = blocksOf("http.md", "json");

  it.each([
    ["a decision", transaction, decision],
    ["a problem", wrong, problem],
  ])("shows %s as it is", async (_what, asked, answered) => {
    expect(rest).toEqual([]);
    expect(await (await handler(post("/v1/check", asked))).json()).toEqual(JSON.parse(answered));
  });

  it("names every resource of the API", async () => {
    const { paths } = await (await handler(get("/openapi.json"))).json();
    for (const path of Object.keys(paths)) expect(pageOf("http.md")).toContain(path);
  });
});
