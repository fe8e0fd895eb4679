import {
  bodyUnambiguous,
  createGuard,
  facts,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  ownedAddresses,
  readMessage,
} from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownCases as corpus } from "../../../core/test/support/header-from.js";
import { readHookRequest } from "../../src/mta-hooks/request.js";
import { anyForged, HONEST, REFUSED, UNSEEN } from "./forged.js";
import { heldOfData, hookRequestOf } from "./stalwart.js";

const ANN = { login: "ann", owned: ["ann@example.com"], envelopeFrom: "ann@example.com" };

/** What is decided on the octets of a message, and what on that which Stalwart tells of them. */
async function decisions(
  raw: Buffer,
  { login, owned, envelopeFrom }: Omit<typeof ANN, "owned"> & { readonly owned: readonly string[] } = ANN,
) {
  const ownership = ownedAddresses({ [login]: owned });
  const guard = createGuard({
    rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership }), bodyUnambiguous({ ownership })],
  });
  const request = readHookRequest(hookRequestOf("data", { login, from: envelopeFrom, raw }));
  if (!request.ok) throw new Error(request.error);
  const message = readMessage(raw);
  const whole = await guard.check(facts({ login, envelopeFrom, ...message }));
  const hooked = await guard.check(request.facts);
  const codes = [whole.code, ...message.headers.anomalies.map(({ code }) => code)];
  const blindTo: readonly string[] = request.facts.headers?.blindTo ?? [];
  return { whole, hooked, blindTo, codes };
}

const bytes = (text: string) => Buffer.from(text, "latin1");

describe.each([
  ["BDAT", (sent: Buffer) => sent],
  ["DATA", heldOfData],
] as const)("by %s", (_command, held) => {
  it("decides as on the octets, or says which code it could not see", async () => {
    const unseen: string[] = [];
    const different: string[] = [];
    for (const message of corpus) {
      const { whole, hooked, blindTo } = await decisions(held(Buffer.from(message.raw, "base64")), message);
      if (hooked.action === whole.action) continue;
      const isUnseen = blindTo.includes(whole.code) && hooked.action === "accept";
      (isUnseen ? unseen : different).push(`${message.id}: ${whole.code}`);
    }
    expect(corpus).toHaveLength(156);
    expect(different).toEqual([]);
    expect(unseen).toEqual([]);
  });

  it.each(Object.entries(REFUSED))("%s does not pass", async (_what, text) => {
    const { whole, hooked } = await decisions(held(bytes(text)));
    expect(whole.action).toBe("reject");
    expect(["reject", "defer"]).toContain(hooked.action);
  });

  it.each(Object.entries(HONEST))("%s passes", async (_what, text) => {
    const { whole, hooked } = await decisions(held(bytes(text)));
    expect([whole.action, hooked.action]).toEqual(["accept", "accept"]);
  });

  it("whatever passes does so on its octets too, or for a code that is said to be unseen", async () => {
    const passed = { seen: 0, unseen: 0 };
    await fc.assert(
      fc.asyncProperty(anyForged, async (text) => {
        const { whole, hooked, blindTo } = await decisions(held(bytes(text)));
        if (hooked.action !== "accept") return;
        passed[whole.action === "accept" ? "seen" : "unseen"]++;
        if (whole.action !== "accept") expect(blindTo).toContain(whole.code);
      }),
      { numRuns: 1000 },
    );
    expect(passed.seen).toBeGreaterThan(passed.unseen);
  });
});

describe("says which codes are unseen, and no other", () => {
  it.each(Object.entries(UNSEEN))("in %s", async (_what, texts) => {
    const all = await Promise.all(texts.map((text) => decisions(bytes(text))));
    const passed = texts.map(() => ["reject", "accept"]);
    expect(all.map(({ whole, hooked }) => [whole.action, hooked.action])).toEqual(passed);
    const [blindTo = []] = all.map((each) => each.blindTo);
    expect(all.map((each) => each.blindTo)).toEqual(texts.map(() => blindTo));
    expect(blindTo).toEqual(expect.arrayContaining(all.map(({ whole }) => whole.code)));
    expect(all.flatMap(({ codes }) => codes)).toEqual(expect.arrayContaining([...blindTo]));
  });
});

it("defers where octets were replaced and a field may be hidden", async () => {
  const { whole, hooked } = await decisions(bytes(`From: ann@example.com\r\n\r\n${"\xef\xbf\xbd".repeat(9)}\r\n`));
  expect([whole.action, hooked.action]).toEqual(["accept", "defer"]);
});
