import { type Directory, ownershipGraph, parsePath } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { bearer, get, handlerOf, token } from "../support/handlers.js";

const ANN = parsePath("ann@example.com");
const graph = ownershipGraph(
  {
    grants:
      ANN.kind !== "mailbox"
        ? []
        : [
            {
              grantee: { kind: "login", login: "ann" },
              right: "send-as",
              target: { kind: "address", address: ANN.mailbox },
            },
          ],
  },
  { name: "grants" },
);
const tokens = () => [token("desk", "list")];

async function ask(path: string, directory: Directory = graph) {
  const response = await handlerOf({ tokens, directory })(get(path, bearer("desk")));
  return { status: response.status, json: await response.json() };
}

describe("listings", () => {
  it.each([
    ["/v1/who/ann@example.com", 1],
    ["/v1/who/ann%40example.com", 1],
    ["/v1/who/bob@example.com", 0],
    ["/v1/may/ann", 1],
    ["/v1/may/bob", 0],
  ])("%s: %i", async (path, count) => {
    const { status, json } = await ask(path);
    expect([status, json.holdings.length, json.gaps]).toEqual([200, count, []]);
    for (const holding of json.holdings) expect(holding).toMatchObject({ login: "ann", address: "ann@example.com" });
  });

  it("tells what could not be asked", async () => {
    const gap = { source: "ldap:", code: "table-unavailable", cause: "down" };
    const broken: Directory = { ...graph, owners: async () => ({ holdings: [], gaps: [gap] }) };
    expect(await ask("/v1/who/a@b.test", broken)).toEqual({ status: 200, json: { holdings: [], gaps: [gap] } });
  });

  it("is a problem where a source throws, and says nothing of it", async () => {
    const broken: Directory = {
      ...graph,
      owners: () => {
        throw new Error("secret");
      },
    };
    const { status, json } = await ask("/v1/who/a@b.test", broken);
    expect([status, JSON.stringify(json).includes("secret")]).toEqual([503, false]);
  });

  it.each([
    ["/v1/who/%3C%3E", 422],
    ["/v1/who/", 404],
    ["/v1/who/%ff", 404],
    ["/v1/may/", 404],
    [`/v1/may/${"a".repeat(1001)}`, 422],
    [`/v1/who/${"a".repeat(1001)}@b.test`, 422],
  ])("%s is a problem", async (path, status) => {
    expect((await ask(path)).status).toBe(status);
  });
});
