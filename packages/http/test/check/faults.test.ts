import { describe, expect, it } from "vitest";
import { handlerOf, PASSES, post } from "../support/handlers.js";

const handler = handlerOf({}, [PASSES]);

async function faultsOf(body: string) {
  const response = await handler(post("/v1/check", body));
  expect(response.status).toBe(422);
  return (await response.json()).errors.map(({ pointer, nearest }: { pointer: string; nearest?: string }) =>
    nearest === undefined ? pointer : `${pointer} -> ${nearest}`,
  );
}

describe("each fault of a transaction is named by a JSON pointer, and by the key that was meant", () => {
  it.each([
    ["a whole of another type", "[]", ["#"]],
    ["a key of another name", '{"sender":"a@b"}', ["#/sender -> envelopeFrom"]],
    ["a slip of the pen", '{"logn":"ann"}', ["#/logn -> login"]],
    ["a key that is near none", '{"zzzzzz":1}', ["#/zzzzzz"]],
    ["a key that a pointer must escape", '{"a/b~ %":1}', ["#/a~1b~0%20%25"]],
    ["half a surrogate pair in a key", '{"\\ud800":1}', ["#/%EF%BF%BD"]],
    ["the key of prototypes", '{"__proto__":{"login":"ann"}}', ["#/__proto__"]],
    ["a login of another type", '{"login":7}', ["#/login"]],
    ["an empty login", '{"login":""}', ["#/login"]],
    ["half a surrogate pair", '{"helo":"\\ud800"}', ["#/helo"]],
    ["recipients, each", '{"recipients":["a",1,"b",null]}', ["#/recipients/1", "#/recipients/3"]],
    ["a client that is no address", '{"client":"localhost"}', ["#/client"]],
    ["a client of another type", '{"client":7}', ["#/client"]],
    [
      "a client with a misspelt key",
      '{"client":{"adress":"192.0.2.1"}}',
      ["#/client/address", "#/client/adress -> address"],
    ],
    ["an address within a client", '{"client":{"address":"192.0.2"}}', ["#/client/address"]],
    ["a field that is no pair", '{"headers":[["From"]]}', ["#/headers/0"]],
    ["a field of another type", '{"headers":[["From",1]]}', ["#/headers/0/1"]],
    ["both forms of a message", '{"message":"","headers":[]}', ["#/headers"]],
    ["a message that is no base64", '{"message":"a"}', ["#/message"]],
    ["several", '{"login":1,"helo":2,"x":3}', ["#/login", "#/helo", "#/x"]],
  ])("%s", async (_what, body, pointers) => {
    expect(await faultsOf(body)).toEqual(pointers);
  });

  it("at most 20 of them", async () => {
    expect(await faultsOf(JSON.stringify({ recipients: new Array(1000).fill(0) }))).toHaveLength(20);
  });
});
