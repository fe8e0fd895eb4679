import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ask, document, documented, isValid, outcomes, RUNS } from "../support/document.js";

describe("/mta-hooks", () => {
  const path = "/mta-hooks";
  const requests = documented("HookRequest");
  const TEMPFAIL = { action: "reject", response: expect.objectContaining({ status: 451 }) };

  it("answers every request that the document lets through, and defers what its stage lacks", async () => {
    const counts = await outcomes(requests, async (request) => {
      const { answer } = await ask(path, JSON.stringify(request));
      const { context, envelope, message } = request as {
        readonly context: { readonly stage: string };
        readonly envelope?: { readonly to: readonly unknown[] };
        readonly message?: unknown;
      };
      const stage = context.stage.toLowerCase();
      const lacks =
        (["mail", "rcpt", "data"].includes(stage) && envelope === undefined) ||
        (["rcpt", "data"].includes(stage) && envelope?.to.length === 0) ||
        (stage === "data" && message === undefined);
      if (lacks) expect(answer).toEqual(TEMPFAIL);
      return answer.action;
    });
    expect(counts).toMatchObject({ accept: expect.any(Number), reject: expect.any(Number) });
  });

  it("defers whatever the document does not let through, and never passes it", async () => {
    const part = fc.constantFrom("context", "envelope", "message");
    const key = fc.constantFrom("stage", "client", "sasl", "protocol", "from", "to", "headers", "contents", "size");
    const changed = fc.tuple(requests, part, key, fc.jsonValue()).map(([request, outer, inner, value]) => {
      const given = request as Readonly<Record<string, object | undefined>>;
      return { ...given, [outer]: { ...given[outer], [inner]: value } };
    });
    const counts = await outcomes(fc.oneof({ weight: 3, arbitrary: changed }, fc.jsonValue()), async (value) => {
      const { answer } = await ask(path, JSON.stringify(value));
      const valid = isValid("HookRequest", JSON.parse(JSON.stringify(value)));
      if (!valid) expect(answer, JSON.stringify(value)).toEqual(TEMPFAIL);
      return valid ? "valid" : "invalid";
    });
    expect(counts.invalid).toBeGreaterThan(RUNS / 2);
  });

  it("defers octets that are no JSON, and other types", async () => {
    const type = fc.constantFrom("application/json", "text/plain", "application/json; charset=latin1");
    await outcomes(fc.tuple(fc.uint8Array(), type), async ([body, contentType]) => {
      const { answer } = await ask(path, body as BodyInit, { "content-type": contentType });
      expect(answer).toEqual(TEMPFAIL);
      return contentType;
    });
  });
});

describe("/checkv2", () => {
  const path = "/checkv2";
  const described: readonly { readonly name: string }[] = document.paths[path].post.parameters;
  const names = described.map(({ name }) => name.toLowerCase());
  const values = fc.oneof(
    fc.constantFrom("ann", "anna", "<>", "192.0.2.1", "[::1]:25", "all", "milter", "zstd", "a@b.test,c@d.test"),
    fc.string({ unit: "grapheme-ascii" }),
  );
  const fields = fc.dictionary(fc.constantFrom(...names, "file", "path", "shm"), values, { maxKeys: 6 });
  const bodies = fc.oneof(fc.uint8Array(), fc.string(), fc.constant("From: a@b.test\r\n\r\nhello\r\n"));

  it("answers any fields and octets without an error of its own, and passes none that is not valid", async () => {
    const counts = await outcomes(fc.tuple(bodies, fields), async ([body, given]) => {
      const { status, answer } = await ask(path, body as BodyInit, given);
      expect([200, 400, 413, 415, 422]).toContain(status);
      if (["file", "path", "shm"].some((name) => name in given)) expect(status).toBe(422);
      if (status !== 200) expect(answer.action).toBe("soft reject");
      else expect(answer.action).toBe((given.user ?? "").trim().length % 2 === 1 ? "reject" : "no action");
      return answer.action;
    });
    expect(counts).toMatchObject({
      "no action": expect.any(Number),
      reject: expect.any(Number),
      "soft reject": expect.any(Number),
    });
  });
});
