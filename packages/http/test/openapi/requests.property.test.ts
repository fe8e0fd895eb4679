import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { all, ask, counter, documented, handler, isValid, RUN, RUNS } from "../support/document.js";
import { bearer, get, post } from "../support/handlers.js";

const transactions = documented("Transaction");
const valid = transactions.filter((value) => isValid("Transaction", value));

/** A transaction with one thing changed that may or may not make it invalid: who says so is the document. */
const changed = fc
  .tuple(
    transactions,
    fc.oneof(fc.string(), fc.constantFrom("login", "client", "headers", "message", "sender", "__proto__")),
    fc.jsonValue(),
  )
  .map(([value, key, other]) =>
    Object.defineProperty({ ...(value as object) }, key, { value: other, enumerable: true }),
  );
const anything = fc.oneof({ weight: 3, arbitrary: changed }, fc.jsonValue());

describe.each(["/v1/check", "/v1/explain"])("%s", (path) => {
  it("answers every transaction that the document lets through by a decision", async () => {
    const { counts, count } = counter();
    await fc.assert(
      fc.asyncProperty(valid, async (transaction) => {
        const { status, answer } = await ask(path, JSON.stringify(transaction));
        expect(status, JSON.stringify([transaction, answer])).toBe(200);
        count(answer.action);
      }),
      RUN,
    );
    expect(counts).toMatchObject({ accept: expect.any(Number), reject: expect.any(Number) });
    expect(all(counts)).toBe(RUNS);
  });

  it("refuses whatever the document does not let through, and never passes it", async () => {
    const { counts, count } = counter();
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        const { status, answer } = await ask(path, JSON.stringify(value));
        // The document cannot say that text must have octets: half of a surrogate pair has none.
        const expected =
          isValid("Transaction", JSON.parse(JSON.stringify(value))) && !/\\ud[89a-f]/.test(JSON.stringify(value))
            ? 200
            : 422;
        expect(status, JSON.stringify([value, answer])).toBe(expected);
        if (status !== 200) expect([answer.action, answer.errors.length > 0]).toEqual([undefined, true]);
        count(status);
      }),
      RUN,
    );
    expect(counts[422]).toBeGreaterThan(RUNS / 2);
    expect(all(counts)).toBe(RUNS);
  });

  it("answers any octets, types and headers without an error of its own, and passes none that are no transaction", async () => {
    const { counts, count } = counter();
    const headers = fc.dictionary(
      fc.constantFrom(
        "content-type",
        "content-encoding",
        "content-length",
        "fromguard-login",
        "fromguard-client",
        "fromguard-zz",
      ),
      fc.oneof(
        fc.constantFrom(
          "application/json",
          "message/rfc822",
          "text/plain",
          "gzip",
          "0",
          "99999999999",
          "-1",
          "192.0.2.1",
        ),
        fc.string({ unit: "grapheme-ascii" }),
      ),
      { maxKeys: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.uint8Array(), fc.json(), fc.constant("From: a@b.test\r\n\r\n")),
        headers,
        async (body, given) => {
          const { status, answer } = await ask(path, body as BodyInit, given);
          expect([200, 400, 413, 415, 422]).toContain(status);
          if (status === 200 && given["content-type"] !== "message/rfc822")
            expect(isValid("Transaction", JSON.parse(String(body)))).toBe(true);
          if (status !== 200) expect(answer.action).toBeUndefined();
          count(status);
        },
      ),
      RUN,
    );
    expect(all(counts)).toBe(RUNS);
  });
});

it("/v1/check/batch answers each line as if it came alone", async () => {
  const { counts, count } = counter();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(valid, anything), { maxLength: 8 }), async (values) => {
      const lines = values.map((value) => JSON.stringify(value));
      const headers = { "content-type": "application/x-ndjson", ...bearer("all") };
      const response = await handler(post("/v1/check/batch", lines.map((line) => `${line}\n`).join(""), headers));
      const text = await response.text();
      const answers = text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line));
      expect(answers).toHaveLength(lines.length);
      for (const [index, line] of lines.entries()) {
        const { status, answer } = await ask("/v1/check", line);
        expect(answers[index]).toEqual(status === 200 ? answer : { error: answer });
        expect(isValid(status === 200 ? "Decision" : "LineError", answers[index])).toBe(true);
        count(status);
      }
    }),
    { ...RUN, numRuns: Math.ceil(RUNS / 8) },
  );
  expect(counts).toMatchObject({ 200: expect.any(Number), 422: expect.any(Number) });
});

it.each(["/v1/who/", "/v1/may/"])("%s answers any address or login without an error of its own", async (path) => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), async (asked) => {
      const response = await handler(get(`${path}${encodeURIComponent(asked)}`, bearer("all")));
      const answer = await response.json();
      expect([404, 422]).toContain(response.status);
      expect(isValid("Problem", answer)).toBe(true);
    }),
    RUN,
  );
});

it("any path and method gets an answer that is no error of its own and no pass", async () => {
  const methods = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", "X");
  await fc.assert(
    fc.asyncProperty(methods, fc.webPath(), async (method, path) => {
      const response = await handler(new Request(`http://localhost${path || "/"}`, { method, headers: bearer("all") }));
      expect(response.status).toBeLessThan(500);
      if (method !== "HEAD") expect(await response.text()).not.toContain('"action"');
    }),
    RUN,
  );
});
