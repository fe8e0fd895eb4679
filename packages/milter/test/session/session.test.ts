import { describe, expect, test } from "vitest";
import { ACTIONS, createMilterSession, type MilterHandler, type MilterVerdict, STEPS } from "../../src/index.js";
import { mta } from "../recorded.js";
import { talk } from "./talk.js";

const MESSAGE = [mta.mail("<a@b.example>"), mta.rcpt("<c@d.example>"), mta.data(), mta.header("From", "a"), mta.eoh()];
const quietly = (steps: number) => () => ({ actions: 0x1ff, steps });

describe("negotiation", () => {
  test.each([
    ["what was offered and asked for", { actions: 0x11, steps: 0x3 }, [6, 0x1ff, 0x1fffff], [6, 0x11, 0x3]],
    ["no more than was offered", { actions: 0x1ff, steps: 0x1fffff }, [4, 0x3f, 0x3ff], [4, 0x3f, 0x3ff]],
    [
      "no unknown bits, and one size of body",
      { actions: -1, steps: -1 },
      [99, 0xffffffff, 0xffffffff],
      [6, 0x1ff, 0x201fffff],
    ],
    ["the size of body that was offered", { actions: 1, steps: -1 }, [6, 1, 0x10000000], [6, 1, 0x10000000]],
    ["a lower version", { version: 2, actions: 1, steps: 0 }, [6, 1, 0], [2, 1, 0]],
  ])("agrees on %s", (_, request, [version, actions, steps], [agreedVersion, agreedActions, agreedSteps]) => {
    const { session, say } = talk({ negotiate: () => request });
    expect(say(mta.offer(version, actions, steps))).toEqual(["negotiate"]);
    expect(session.negotiated).toEqual({ version: agreedVersion, actions: agreedActions, steps: agreedSteps });
  });

  test("macro lists go out only where they were agreed", () => {
    for (const [offered, length] of [
      [ACTIONS.setMacroLists, 17 + 4 + 2],
      [0, 17],
    ] as const) {
      const lengths: number[] = [];
      const session = createMilterSession({
        handler: () => ({ negotiate: () => ({ actions: 0x1ff, steps: 0, macros: [[2, "i"]] }) }),
        send: (octets) => lengths.push(octets.length),
        onClose: () => undefined,
      });
      session.receive(mta.offer(6, offered, 0));
      expect(lengths).toEqual([length]);
    }
  });

  test("a handler that refuses the offer, or throws, closes", () => {
    expect(talk({ negotiate: () => undefined }).say(mta.offer())).toEqual(["close"]);
    const failing = () => {
      throw new Error("bug");
    };
    expect(talk({ negotiate: failing }).say(mta.offer())).toEqual(["close"]);
  });

  test("QUIT before it closes without a fault", () => {
    const { say, events } = talk({});
    expect(say(mta.quit())).toEqual(["close"]);
    expect(events).toEqual([]);
  });
});

describe("the order of events", () => {
  test.each([
    ["a header behind the end of the header", [mta.header("From", "b")]],
    ["a second end of the header", [mta.eoh()]],
    ["a recipient behind the header", [mta.rcpt("<x@y.example>")]],
    ["DATA behind the header", [mta.data()]],
    ["a header behind the body", [mta.body("x"), mta.header("From", "b")]],
    ["an event behind the end of the message", [mta.eom(), mta.body("x")]],
    ["a second client", [mta.connect()]],
  ])("%s closes", (_, frames) => {
    const { say, events } = talk({});
    say(mta.offer(), mta.connect(), ...MESSAGE);
    expect(say(...frames).at(-1)).toBe("close");
    expect(events).toMatchObject([{ kind: "protocol-error" }]);
  });

  test("DATA may be refused and followed by more recipients and another DATA", () => {
    const { say } = talk({ data: () => "tempfail" });
    say(mta.offer(), mta.mail("<a@b.example>"), mta.rcpt("<c@d.example>"));
    expect(say(mta.data(), mta.rcpt("<e@f.example>"), mta.data())).toEqual(["tempfail", "continue", "tempfail"]);
  });

  test.each<[MilterVerdict]>([["reject"], ["tempfail"], ["accept"], ["discard"], [{ reply: "550 5.7.1 no" }]])(
    "behind a MAIL answered with %j only ABORT or another MAIL may come",
    (verdict) => {
      let first = true;
      const handler: MilterHandler = {
        mail: () => {
          const made = first ? verdict : "continue";
          first = false;
          return made;
        },
      };
      const { say } = talk(handler);
      say(mta.offer(), mta.mail("<a@b.example>"));
      expect(say(mta.mail("<c@d.example>"), mta.eom())).toEqual(["continue", "continue"]);
      first = true;
      say(mta.mail("<a@b.example>"));
      expect(say(mta.rcpt("<c@d.example>"))).toEqual(["close"]);
    },
  );
});

describe("refusals where no answer is due", () => {
  test("of a message are told at its next answer, and not to the next message", () => {
    let refuses = true;
    const handler: MilterHandler = {
      negotiate: quietly(STEPS.noReplyRcpt | STEPS.noReplyHeader | STEPS.noReplyEndOfHeader | STEPS.noReplyData),
      rcpt: () => (refuses ? { reply: "550 5.1.1 no" } : "continue"),
    };
    const { say } = talk(handler);
    say(mta.offer());
    expect(say(...MESSAGE, mta.eom())).toEqual(["continue", "550 5.1.1 no"]);
    refuses = false;
    expect(say(mta.abort(), ...MESSAGE, mta.eom())).toEqual(["continue", "continue"]);
  });

  test("of a client are told to each of its messages", () => {
    const handler: MilterHandler = { negotiate: quietly(STEPS.noReplyConnect), connect: () => "reject" };
    const { say } = talk(handler);
    say(mta.offer(), mta.connect());
    expect(say(mta.mail("<a@b.example>"), mta.abort(), mta.mail("<a@b.example>"))).toEqual(["reject", "reject"]);
    expect(say(mta.quitNc(), mta.mail("<a@b.example>"))).toEqual(["continue"]);
  });

  test("an early accept is no refusal: the message goes on", () => {
    const { say } = talk({ negotiate: quietly(STEPS.noReplyMail), mail: () => "accept", eom: () => "reject" });
    expect(say(mta.offer(), mta.mail("<a@b.example>"), mta.eom())).toEqual(["negotiate", "reject"]);
  });
});

describe("handlers that break the protocol", () => {
  const odd = (value: unknown) => value as MilterVerdict;
  test.each<[string, MilterHandler]>([
    [
      "throw",
      {
        mail: () => {
          throw new Error("bug");
        },
      },
    ],
    ["reject", { mail: () => Promise.reject(new Error("bug")) }],
    ["answer nothing", { mail: async () => odd(undefined) }],
    ["answer null", { mail: () => Promise.resolve(odd(null)) }],
    ["answer an unknown word", { mail: () => odd("ok") }],
    ["answer a reply that is none", { mail: () => ({ reply: "250 2.0.0 fine" }) }],
    ["answer a reply that is no text", { mail: () => odd({ reply: 550 }) }],
    [
      "edit before the end of the message",
      { mail: () => odd({ verdict: "continue", edits: [{ kind: "quarantine", reason: "x" }] }) },
    ],
  ])("%s: the MTA is told to try again, and the connection stays", async (_, handler) => {
    const { say, heard, events } = talk(handler);
    const answers = say(mta.offer(), mta.mail("<a@b.example>"));
    await new Promise((resolve) => setImmediate(resolve));
    expect([...answers, ...heard()]).toEqual(["negotiate", expect.stringMatching(/^451 4\.3\.0 /)]);
    expect(events).toMatchObject([{ kind: "handler-error", command: "M" }]);
    expect(say(mta.abort(), mta.helo())).toEqual(["continue"]);
  });

  test("discard cannot answer HELO", () => {
    expect(talk({ helo: () => "discard" }).say(mta.offer(), mta.helo())[1]).toMatch(/^451 /);
  });

  test("an edit that was not negotiated, or is none, defers the message", () => {
    for (const edit of [{ kind: "add-header", name: "X", value: "1" }, { kind: "other" }] as never[]) {
      const handler: MilterHandler = {
        negotiate: () => ({ actions: 0, steps: 0 }),
        eom: () => ({ verdict: "continue", edits: [edit] }),
      };
      expect(talk(handler).say(mta.offer(), mta.mail("<a@b.example>"), mta.eom())[2]).toMatch(/^451 /);
    }
  });

  test.each([[null], ["all"], [[null]], [[{ kind: "add-header", value: "1" }]], [[{ kind: "replace-body" }]]])(
    "edits that are none defer the message: %j",
    (edits) => {
      const { say, events } = talk({ eom: () => ({ verdict: "continue", edits: edits as never }) });
      expect(say(mta.offer(), mta.mail("<a@b.example>"), mta.eom())[2]).toMatch(/^451 4\.3\.0 /);
      expect(events).toMatchObject([{ kind: "handler-error", command: "E" }]);
      expect(say(mta.abort(), mta.helo())).toEqual(["continue"]);
    },
  );

  test("throwing in abort or reset is told of, and nothing else", () => {
    const bug = () => {
      throw new Error("bug");
    };
    const { say, events } = talk({ abort: bug, reset: bug });
    expect(say(mta.offer(), mta.mail("<a@b.example>"), mta.abort(), mta.quitNc(), mta.helo())).toHaveLength(3);
    expect(events).toMatchObject([{ command: "A" }, { command: "K" }]);
  });
});

describe("work in progress", () => {
  test("is aborted by ABORT, QUIT_NC, QUIT and the end of the stream, and its result dropped", async () => {
    for (const stop of [mta.abort(), mta.quitNc(), mta.quit(), undefined]) {
      let release = () => {};
      let isAborted = false;
      const { session, say, heard } = talk({
        mail: (_, { signal }) => {
          signal.addEventListener("abort", () => {
            isAborted = true;
          });
          return new Promise((resolve) => {
            release = () => resolve("reject");
          });
        },
      });
      say(mta.offer(), mta.mail("<a@b.example>"));
      if (stop === undefined) session.end();
      else say(stop);
      release();
      await new Promise((resolve) => setImmediate(resolve));
      expect(isAborted).toBe(true);
      expect(heard().filter((word) => word !== "close")).toEqual([]);
    }
  });

  test("on the connection outlives an ABORT", async () => {
    let release = () => {};
    const { say, heard } = talk({
      helo: () =>
        new Promise((resolve) => {
          release = () => resolve("continue");
        }),
    });
    say(mta.offer(), mta.helo(), mta.abort(), mta.mail("<a@b.example>"));
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard()).toEqual(["continue", "continue"]);
  });
});

describe("finish", () => {
  test("closes at once without a message, and behind the answer of one", () => {
    const idle = talk({});
    idle.say(mta.offer());
    idle.session.finish();
    expect(idle.heard()).toEqual(["close"]);
    const busy = talk({});
    busy.say(mta.offer(), ...MESSAGE);
    busy.session.finish();
    expect(busy.heard()).toEqual([]);
    expect(busy.say(mta.eom())).toEqual(["continue", "close"]);
    const aborted = talk({});
    aborted.say(mta.offer(), ...MESSAGE);
    aborted.session.finish();
    expect(aborted.say(mta.abort())).toEqual(["close"]);
  });
});
