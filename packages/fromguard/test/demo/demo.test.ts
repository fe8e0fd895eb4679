import { createGuard, failWith, type Guard, pass, rule } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { runDemo } from "../../src/demo/demo.js";
import { MESSAGES } from "../../src/demo/scenario.js";
import { testIo } from "../support/test-io.js";

async function demo(guardOf?: (guard: Guard) => Guard) {
  const io = testIo();
  const code = await runDemo(io, guardOf === undefined ? {} : { guardOf });
  return { code, out: io.out(), wrong: io.out().match(/^!/gm)?.length ?? 0 };
}

const refused = MESSAGES.filter(({ refusal }) => refusal !== undefined).length;

describe("the demo", { timeout: 20_000 }, () => {
  it("gives every message the answer that it should get, twice in a row", async () => {
    for (let time = 0; time < 2; time++) {
      const { code, out } = await demo();
      expect(out).toContain(`${MESSAGES.length} messages: ${MESSAGES.length - refused} accepted`);
      expect(code).toBe(0);
    }
  });

  it("stays up on a terminal, shows how to connect a Postfix, and ends when asked", async () => {
    let connected: () => void = () => undefined;
    const shown = new Promise<void>((resolve) => {
      connected = resolve;
    });
    const io = testIo({
      terminal: true,
      onOut: (text) => {
        if (text.includes("smtpd_milters = inet:127.0.0.1:")) connected();
      },
    });
    const ended = runDemo(io);
    await shown;
    io.stop("SIGINT");
    expect(await ended).toBe(0);
    expect(io.out()).toContain("\x1b[");
  });

  it("fails with a guard that accepts everything", async () => {
    const guard = createGuard({ rules: [rule("accepts-everything", [], () => pass())] });
    expect(await demo(() => guard)).toMatchObject({ code: 1, wrong: refused });
  });

  it("fails with a guard that refuses everything", async () => {
    const reply = { code: 553, enhanced: "5.7.1", text: "No" };
    const guard = createGuard({ rules: [rule("refuses-everything", [], () => failWith("no", reply))] });
    expect(await demo(() => guard)).toMatchObject({ code: 1, wrong: MESSAGES.length });
  });

  it("fails where one listener answers otherwise than the submission server", async () => {
    const open = createGuard({ rules: [rule("accepts-everything", [], () => pass())] });
    const { code, out, wrong } = await demo((guard) => ({
      ...guard,
      within: (transport) => (transport.name === "HTTP" ? open : guard.within(transport)),
    }));
    expect([code, wrong]).toEqual([1, refused]);
    expect(out).toContain("the http listener answered");
    expect(out).not.toContain("the milter listener answered");
  });

  it("fails without the rule on the header", async () => {
    const { code, wrong } = await demo((guard) =>
      createGuard({ rules: guard.rules.filter(({ name }) => name !== "header-originators-owned") }),
    );
    expect(code).toBe(1);
    expect(wrong).toBeGreaterThan(0);
  });
});
