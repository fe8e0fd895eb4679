import { describe, expect, it } from "vitest";
import { facts } from "../../src/index.js";

describe("facts", () => {
  it("takes who is not named for nobody, and leaves the rest unknown", () => {
    expect(facts({})).toEqual({ login: null, localUser: null, client: null, helo: null, listener: "default" });
  });

  it("takes an empty login or local user for nobody, so that it satisfies no rule that asks for one", () => {
    expect(facts({ login: "", localUser: "" })).toMatchObject({ login: null, localUser: null });
  });

  it("reads addresses as SMTP has them", () => {
    const given = facts({
      login: "ann",
      localUser: "root",
      client: "192.0.2.1",
      helo: "mx.test",
      listener: "submission",
      envelopeFrom: "<>",
      recipients: ["<bob@example.com>", "a b"],
    });
    expect(given).toMatchObject({
      login: "ann",
      localUser: { name: "root" },
      client: { address: "192.0.2.1" },
      helo: "mx.test",
      listener: "submission",
      envelopeFrom: { kind: "null" },
      recipients: [{ kind: "mailbox", mailbox: { localPart: "bob" } }, { kind: "malformed" }],
    });
  });
});
