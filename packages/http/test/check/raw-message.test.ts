import { type Facts, facts, pass, rule } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import type { HttpEvent } from "../../src/index.js";
import { handlerOf, post } from "../support/handlers.js";

const MESSAGE = "From: ann@example.com\r\nTo: b@c.test\r\n\r\nhi\r\n";
const RFC822 = { "content-type": "message/rfc822" };

/** The facts that a raw message with these headers comes to, or the problem. */
async function judged(headers: Readonly<Record<string, string>>, body: BodyInit = MESSAGE) {
  let seen: Partial<Facts> | undefined;
  const onEvent = (event: HttpEvent) => {
    if (event.kind === "decided") seen = event.facts;
  };
  const handler = handlerOf({ onEvent }, [rule("sees", ["headers", "bodyAnomalies"], () => pass())]);
  const response = await handler(post("/v1/check", body, { ...RFC822, ...headers }));
  return { status: response.status, answer: await response.json(), seen };
}

describe("a raw message with its facts in headers", () => {
  it("is judged by all of its octets: there is nothing that it cannot show", async () => {
    const { status, answer, seen } = await judged(
      {},
      Uint8Array.from([...Buffer.from("From: a\0b"), 0xff, 0x0d, 0x0a]),
    );
    expect([status, answer.action, answer.blindTo]).toEqual([200, "accept", undefined]);
    expect(seen?.headers?.anomalies.map(({ code }) => code)).toContain("header-nul");
  });

  it("has every fact that JSON has", async () => {
    const { seen } = await judged({
      "fromguard-login": "ann%2C%20%C3%A4",
      "fromguard-authorisation": "bob",
      "fromguard-local-user": "root",
      "fromguard-client": "192.0.2.1",
      "fromguard-client-name": "mx.example.org",
      "fromguard-helo": "mx",
      "fromguard-listener": "submission",
      "fromguard-envelope-from": "<ann@example.com>",
      "fromguard-recipients": "a@b.test, %22c%2Cd%22@e.test",
    });
    const { headers, bodyAnomalies, ...rest } = seen ?? {};
    expect(rest).toEqual(
      facts({
        login: "ann, ä",
        authorisation: "bob",
        localUser: "root",
        client: { address: "192.0.2.1", name: "mx.example.org" },
        helo: "mx",
        listener: "submission",
        envelopeFrom: "<ann@example.com>",
        recipients: ["a@b.test", '"c,d"@e.test'],
      }),
    );
    expect([headers?.view, bodyAnomalies?.protectedHeaders]).toEqual(["bytes", []]);
  });

  it("of nobody, from the null sender", async () => {
    const { seen } = await judged({ "fromguard-envelope-from": "", "fromguard-recipients": "" });
    expect(seen).toMatchObject({ login: null, client: null, envelopeFrom: { kind: "null" }, recipients: [] });
  });

  it.each<readonly [what: string, headers: Readonly<Record<string, string>>, header: string]>([
    ["a header that is misspelt", { "fromguard-logn": "ann" }, "fromguard-logn"],
    ["a header of ours that is none", { "fromguard-zzzzzz": "1" }, "fromguard-zzzzzz"],
    ["a fact that comes twice", { "fromguard-login": "ann, bob" }, "Fromguard-Login"],
    ["what is not percent-encoded", { "fromguard-login": "50%" }, "Fromguard-Login"],
    ["what decodes to no UTF-8", { "fromguard-login": "%ff" }, "Fromguard-Login"],
    ["octets outside ASCII", { "fromguard-login": "\u00e4" }, "Fromguard-Login"],
    ["a login that is empty", { "fromguard-login": "" }, "Fromguard-Login"],
    ["a client that is no address", { "fromguard-client": "localhost" }, "Fromguard-Client"],
    ["a client with a name alone", { "fromguard-client-name": "mx" }, "Fromguard-Client-Name"],
  ])("refuses %s, and names the header", async (_what, headers, header) => {
    const { status, answer, seen } = await judged(headers);
    expect([status, answer.errors[0].header, seen]).toEqual([422, header, undefined]);
  });

  it("names the header that was meant", async () => {
    const { answer } = await judged({ "fromguard-logn": "ann" });
    expect(answer.errors).toMatchObject([{ nearest: "Fromguard-Login" }]);
  });
});
