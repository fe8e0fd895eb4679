import { createGuard, type Edit, fail, failWith, pass, type Rule, rule, unknown } from "@fromguard/core";
import { describe, expect, test } from "vitest";
import {
  type Answer,
  createMilterSession,
  type DecisionEvent,
  decodeAnswer,
  FrameReader,
  guardHandler,
  type LocalRefusal,
  type SessionEvent,
  STEPS,
} from "../../src/index.js";
import { mta } from "../recorded.js";

/** A filter's answers, in words: `c`, `y550 5.7.1 text`, `add-header X-A: 1`. */
function wordOf(answer: Answer): string {
  switch (answer.kind) {
    case "reply":
      return answer.text;
    case "add-header":
      return `${answer.kind} ${answer.name}:${answer.value}`;
    case "insert-header":
    case "change-header":
      return `${answer.kind} ${answer.index} ${answer.name}:${answer.value}`;
    case "change-sender":
      return `${answer.kind} ${answer.address}`;
    case "quarantine":
      return `${answer.kind} ${answer.reason}`;
    default:
      return answer.kind;
  }
}

function talk(rules: readonly Rule[], options: Parameters<typeof guardHandler>[1] = {}) {
  const events: (DecisionEvent | SessionEvent)[] = [];
  const words: string[] = [];
  const reader = new FrameReader();
  const onEvent = (event: DecisionEvent | SessionEvent) => events.push(event);
  const session = createMilterSession({
    handler: guardHandler(createGuard({ rules }), { onEvent, ...options }),
    onEvent,
    send: (octets) => {
      reader.push(octets, (frame) => {
        const answer = decodeAnswer(frame);
        words.push(answer.ok ? wordOf(answer.value) : answer.fault);
      });
    },
    onClose: () => words.push("close"),
  });
  return {
    events,
    session,
    /** Sends frames and takes what was answered meanwhile. */
    say: (...frames: Buffer[]) => {
      for (const frame of frames) session.receive(frame);
      return words.splice(0);
    },
    heard: () => words.splice(0),
  };
}

const envelope = rule("envelope", ["login", "envelopeFrom"], ({ login, envelopeFrom }) =>
  envelopeFrom.kind === "mailbox" && envelopeFrom.mailbox.localPart !== login ? fail("envelope-not-owned") : pass(),
);
const oneFrom = rule("one-from", ["headers"], ({ headers }) =>
  headers.fields.filter(({ name }) => name.toLowerCase() === "from").length === 1 ? pass() : fail("from-multiple"),
);
const editing = (...edits: Edit[]) => rule("editing", ["headers"], () => pass("ok", edits));

const START = [mta.offer(), mta.connect(), mta.helo()];
const as = (login: string) => mta.macros("M", { "{auth_authen}": login });
const CONTENT = [mta.rcpt("<b@dest.example>"), mta.header("From", " ann@corp.example"), mta.eoh()];

describe("a guard behind a milter", () => {
  test("only MAIL and the end of the message are waits of the MTA", () => {
    const { say } = talk([envelope, oneFrom]);
    expect(say(mta.offer())).toEqual(["negotiate"]);
    expect(say(mta.connect(), mta.helo(), as("ann"))).toEqual([]);
    expect(say(mta.mail("<ann@corp.example>"))).toEqual(["continue"]);
    expect(say(...CONTENT)).toEqual([]);
    expect(say(mta.eom())).toEqual(["continue"]);
    expect(say(mta.abort(), mta.abort(), mta.quit())).toEqual(["close"]);
  });

  test("a forged envelope is refused at MAIL, and another sender may follow", () => {
    const { say } = talk([envelope, oneFrom]);
    say(...START, as("eve"));
    expect(say(mta.mail("<ann@corp.example>"))[0]).toMatch(/^553 5\.7\.1 /);
    expect(say(mta.abort(), as("ann"), mta.mail("<ann@corp.example>"))).toEqual(["continue"]);
  });

  test("a forged header is refused at the end of the message, once", () => {
    const { say, events } = talk([envelope, oneFrom]);
    say(...START, as("ann"), mta.mail("<ann@corp.example>"), ...CONTENT.slice(0, 2));
    say(mta.header("FROM", " ceo@corp.example"), mta.eoh());
    expect(say(mta.eom())[0]).toMatch(/^550 5\.6\.0 /);
    expect(events).toMatchObject([
      { kind: "decision", stage: "header", decision: { code: "from-multiple" }, login: "ann" },
    ]);
  });

  test("a forged header is refused at its end where the MTA waits there", () => {
    const { say } = talk([envelope, oneFrom]);
    say(mta.offer(6, 0x1ff, 0x1fffff & ~STEPS.noReplyEndOfHeader), mta.connect(), mta.helo());
    say(as("ann"), mta.mail("<ann@corp.example>"));
    expect(say(mta.eoh())[0]).toMatch(/^550 5\.6\.0 /);
    expect(say(mta.abort(), as("ann"), mta.mail("<ann@corp.example>"), ...CONTENT)).toEqual(["continue", "continue"]);
  });

  test("version 2 without any no-reply bit is answered event by event", () => {
    const { say } = talk([envelope, oneFrom]);
    say(mta.offer(2, 0x3f, 0x7f));
    const answers = say(mta.connect(), mta.helo(), as("ann"), mta.mail("<ann@corp.example>"), ...CONTENT, mta.eom());
    expect(answers).toEqual(Array(7).fill("continue"));
  });

  test.each([
    ["absent", {}, null],
    ["empty", { "{auth_authen}": "" }, null],
    ["a name", { "{auth_authen}": "ann" }, "ann"],
    ["without braces", { auth_authen: "ann" }, "ann"],
    ["a name in UTF-8", { "{auth_authen}": Buffer.from("jörg").toString("latin1") }, "jörg"],
    ["of Postfix, as it is", { "{auth_authen}": "ann+2Bnews+x" }, "ann+2Bnews+x"],
    ["of Sendmail, in xtext", { "{auth_authen}": "ann+2Bnews+20b+3Dc+28+3C", "{auth_ssf}": "0" }, "ann+news b=c(<"],
    ["of Sendmail, in xtext of UTF-8", { "{auth_authen}": "j+C3+B6rg", "{auth_ssf}": "256" }, "jörg"],
  ])("the login is {auth_authen} at MAIL: %s", (_, macros: Record<string, string>, login) => {
    const { say, events } = talk([rule("login", ["login"], () => pass())]);
    say(...START, mta.macros("M", macros), mta.mail("<ann@corp.example>"));
    expect(events).toMatchObject([{ login }]);
  });

  test.each([
    ["that is not UTF-8", { "{auth_authen}": "j\xf6rg" }],
    ["of Sendmail that is not UTF-8", { "{auth_authen}": "j+F6rg", "{auth_ssf}": "0" }],
    ["of Sendmail that is no xtext", { "{auth_authen}": "ann+news", "{auth_ssf}": "0" }],
    ["of Sendmail that ends amid xtext", { "{auth_authen}": "ann+2", "{auth_ssf}": "0" }],
  ])("a login %s is nobody's: deferred", (_, macros: Record<string, string>) => {
    const { say } = talk([envelope]);
    say(...START, mta.macros("M", macros));
    expect(say(mta.mail("<ann@corp.example>"))).toEqual([expect.stringMatching(/^451 4\.3\.0 /)]);
  });

  test("a sender that is not UTF-8 is no mailbox", () => {
    const kinds: string[] = [];
    const { say } = talk([
      rule("path", ["envelopeFrom"], ({ envelopeFrom }) => {
        kinds.push(envelopeFrom.kind);
        return pass();
      }),
    ]);
    say(
      ...START,
      mta.mail("<j\xf6rg@corp.example>"),
      mta.mail(`<${Buffer.from("jörg").toString("latin1")}@corp.example>`),
    );
    expect(kinds).toEqual(["malformed", "mailbox"]);
  });

  test("a login does not outlive its message", () => {
    const { say, events } = talk([rule("login", ["login"], () => pass())]);
    say(...START, as("ann"), mta.mail("<ann@corp.example>"), mta.abort(), mta.mail("<x@corp.example>"));
    say(as("ann"), mta.mail("<ann@corp.example>"), mta.mail("<y@corp.example>"));
    expect(events).toMatchObject([{ login: "ann" }, { login: null }, { login: "ann" }, { login: null }]);
  });

  test("a login in another stage's macros is no login", () => {
    const { say, events } = talk([rule("login", ["login"], () => pass())]);
    say(mta.offer(), mta.macros("C", { "{auth_authen}": "ann" }), mta.connect(), mta.mail("<ann@corp.example>"));
    expect(events).toMatchObject([{ login: null }]);
  });

  test("the null sender continues, and its header is judged", () => {
    const { say } = talk([envelope, oneFrom]);
    expect(say(...START, as("ann"), mta.mail("<>"))).toEqual(["negotiate", "continue"]);
    expect(say(mta.rcpt("<b@dest.example>"), mta.eoh(), mta.eom())[0]).toMatch(/^550 5\.6\.0 /);
  });

  test.each([
    ["IPv4", mta.connect("192.0.2.1"), { address: "192.0.2.1", name: "host.example" }],
    ["Sendmail's IPv6", mta.connect("IPv6:2001:db8::25"), { address: "2001:db8::25", name: "host.example" }],
    ["Sendmail's loopback", mta.connect("IPv6:0:0:0:0:0:0:0:1"), { address: "::1", name: "host.example" }],
    ["an address with a zone", mta.connect("fe80::1%eth0"), { address: "fe80::1", name: "host.example" }],
    ["IPv4-mapped", mta.connect("::ffff:192.0.2.1"), { address: "192.0.2.1", name: "host.example" }],
    ["without a name", mta.connect("192.0.2.1", 1, "[192.0.2.1]"), { address: "192.0.2.1" }],
    ["an unknown name", mta.connect("192.0.2.1", 1, "unknown"), { address: "192.0.2.1" }],
    ["no address", mta.connect("127.0.0.one"), null],
  ])("the client is told from CONNECT: %s", (_, connect, client) => {
    const seen: unknown[] = [];
    const { say } = talk([
      rule("client", ["client"], (facts) => {
        seen.push(facts.client);
        return pass();
      }),
    ]);
    say(mta.offer(), connect, mta.helo(), mta.mail("<ann@corp.example>"));
    expect(seen).toEqual([client]);
  });

  test("rules see the recipients, the listener and the greeting", () => {
    const seen: unknown[] = [];
    const { say } = talk(
      [
        rule("all", ["recipients", "listener", "helo", "localUser"], ({ recipients, ...facts }) => {
          seen.push(
            recipients.map(({ text }) => text),
            facts,
          );
          return pass();
        }),
      ],
      { name: "submission" },
    );
    say(...START, mta.mail("<ann@corp.example>"), mta.rcpt("<b@dest.example>"), mta.rcpt("<c@dest.example>"));
    expect(say(mta.eom())).toEqual(["continue"]);
    expect(seen).toMatchObject([
      ["<b@dest.example>", "<c@dest.example>"],
      { listener: "submission", helo: "client.example", localUser: null },
    ]);
  });

  test("a rule that throws, and one that could not find out, defer with 451 4.3.0", () => {
    for (const broken of [
      rule("throws", ["envelopeFrom"], () => {
        throw new Error("bug");
      }),
      rule("unknown", ["envelopeFrom"], () => unknown("table-unavailable", "down")),
    ]) {
      expect(talk([broken]).say(...START, mta.mail("<ann@corp.example>"))[1]).toMatch(/^451 4\.3\.0 /);
    }
  });

  test("a guard that fails defers, and the connection stays", () => {
    const events: (DecisionEvent | SessionEvent)[] = [];
    const guard = createGuard({ rules: [envelope] });
    const words: string[] = [];
    const session = createMilterSession({
      handler: guardHandler({
        ...guard,
        begin: () => {
          throw new Error("bug");
        },
      }),
      send: (octets) => words.push(octets.toString("latin1", 4, octets.length)),
      onClose: () => words.push("close"),
      onEvent: (event) => events.push(event),
    });
    for (const frame of [...START, mta.mail("<ann@corp.example>")]) session.receive(frame);
    expect(words[1]).toMatch(/^y451 4\.3\.0 /);
    expect(words).not.toContain("close");
    expect(events).toEqual([{ kind: "handler-error", command: "M", cause: "bug" }]);
  });

  test("reply texts are printable and their percent signs doubled", () => {
    const odd = rule("odd", ["envelopeFrom"], () =>
      failWith("odd", { code: 550, enhanced: "5.7.1", text: "100% of\r\n%s\u00e9" }),
    );
    expect(talk([odd]).say(...START, mta.mail("<a@b.example>"))[1]).toBe("550 5.7.1 100%% of??%%s?");
  });
});

describe("edits", () => {
  const through = (edits: Edit[], offer = mta.offer()) =>
    talk([editing(...edits)])
      .say(offer, mta.connect(), mta.mail("<ann@corp.example>"), ...CONTENT, mta.eom())
      .slice(1);

  test("go out at the end: changes, deletions from the highest down, insertions, sender, quarantine", () => {
    const answers = through([
      { kind: "quarantine", reason: "odd" },
      { kind: "prepend-header", name: "Authentication-Results", value: "mx;\r\n\tauth=pass" },
      { kind: "delete-header", name: "From", occurrence: 2 },
      { kind: "add-header", name: "X-Tag", value: "1" },
      { kind: "delete-header", name: "From", occurrence: 3 },
      { kind: "change-header", name: "From", occurrence: 1, value: "Ann <ann@corp.example>" },
      { kind: "change-envelope-from", address: "" },
    ]);
    expect(answers.slice(-8)).toEqual([
      "change-header 1 From: Ann <ann@corp.example>",
      "change-header 3 From:",
      "change-header 2 From:",
      "insert-header 0 Authentication-Results: mx;\n\tauth=pass",
      "add-header X-Tag: 1",
      "change-sender <>",
      "quarantine odd",
      "continue",
    ]);
  });

  test("delete a field once, however many rules want it gone", () => {
    const answers = through([
      { kind: "delete-header", name: "DKIM-Signature", occurrence: 1 },
      { kind: "delete-header", name: "dkim-signature", occurrence: 1 },
    ]);
    expect(answers.filter((answer) => answer.startsWith("change-header"))).toEqual(["change-header 1 DKIM-Signature:"]);
  });

  test("carry no blank where the MTA adds it", () => {
    const offer = mta.offer(6, 0x1ff, 0x1fffff & ~STEPS.leadingSpace);
    expect(through([{ kind: "add-header", name: "X-Tag", value: "1" }], offer)).toContain("add-header X-Tag:1");
  });

  test("never turn a value into a second field", () => {
    const answers = through([{ kind: "add-header", name: "X-Tag", value: "1\nBcc: eve@x.example\r\0\r\n\r\n." }]);
    expect(answers).toContain("add-header X-Tag: 1 Bcc: eve@x.example    .");
  });

  test("that the MTA did not offer defer the message", () => {
    const answers = through([{ kind: "change-envelope-from", address: "a@b.example" }], mta.offer(6, 0x3f, 0x1fffff));
    expect(answers.at(-1)).toMatch(/^451 4\.3\.0 /);
  });

  test("with a name that is none defer the message", () => {
    expect(through([{ kind: "add-header", name: "X Tag", value: "1" }]).at(-1)).toMatch(/^451 4\.3\.0 /);
  });
});

describe("local submissions", () => {
  const LOCAL = [mta.offer(), mta.connect("127.0.0.1", 0, "localhost"), mta.helo("localhost")];
  const localUser = rule("local", ["localUser"], (facts) =>
    facts.localUser === null ? pass() : fail("from-not-owned"),
  );

  test("are held where they would be refused, at MAIL", () => {
    const { say, events } = talk([localUser, oneFrom]);
    expect(say(...LOCAL, mta.mail("ceo@corp.example"))).toEqual(["negotiate", "continue"]);
    expect(say(...CONTENT, mta.eom())).toEqual([expect.stringMatching(/^quarantine /), "continue"]);
    expect(events).toMatchObject([
      { kind: "decision", insteadOfRefusal: "quarantine", decision: { action: "reject" } },
    ]);
  });

  test("are held where they would be refused, for the header, the null sender included", () => {
    const { say } = talk([oneFrom]);
    say(...LOCAL, mta.mail(""), mta.rcpt("b@dest.example"), mta.eoh());
    expect(say(mta.eom())).toEqual([expect.stringMatching(/^quarantine /), "continue"]);
  });

  test("are deferred where the MTA has no quarantine", () => {
    const { say } = talk([localUser]);
    const [, answer] = say(mta.offer(6, 0x1f, 0x1fffff), ...LOCAL.slice(1), mta.mail("ceo@corp.example"));
    expect(answer).toMatch(/^451 4\.7\.1 /);
  });

  const END = [mta.rcpt("b@dest.example"), mta.header("From", " ceo@corp.example"), mta.eoh(), mta.eom()];
  test.each<[LocalRefusal, RegExp[], RegExp[]]>([
    ["quarantine", [/^continue$/], [/^quarantine /, /^continue$/]],
    ["defer", [/^451 4\.7\.1 The From address is not owned/], []],
    ["discard", [/^continue$/], [/^discard$/]],
  ])("are never refused: %s", (refusedLocalMail, atMail, atEnd) => {
    for (const rules of [[localUser], [localUser, oneFrom]]) {
      const { say, events } = talk(rules, { refusedLocalMail });
      const heard = say(...LOCAL, mta.mail("ceo@corp.example"));
      expect(heard.slice(1)).toEqual(atMail.map((pattern) => expect.stringMatching(pattern)));
      if (atEnd.length > 0) expect(say(...END)).toEqual(atEnd.map((pattern) => expect.stringMatching(pattern)));
      expect(events).toMatchObject([{ insteadOfRefusal: refusedLocalMail, decision: { action: "reject" } }]);
    }
    const { say } = talk([oneFrom], { refusedLocalMail });
    const last = refusedLocalMail === "defer" ? [/^451 4\.7\.1 /] : atEnd;
    const said = say(...LOCAL, mta.mail("ceo@corp.example"), mta.eoh(), mta.eom());
    // Without a rule at MAIL nobody waits there.
    expect(said.slice(1)).toEqual(last.map((pattern) => expect.stringMatching(pattern)));
    expect(said.join("\n")).not.toMatch(/^5\d\d /m);
  });

  test("are deferred where it could not be found out", () => {
    const { say } = talk([rule("down", ["localUser"], () => unknown("down", "down"))]);
    expect(say(...LOCAL, mta.mail("ceo@corp.example"))[1]).toMatch(/^451 /);
  });

  test.each([
    ["brackets", mta.connect("127.0.0.1", 0, "localhost"), mta.helo("localhost"), "<ceo@corp.example>"],
    ["a port", mta.connect("127.0.0.1", 40_000, "localhost"), mta.helo("localhost"), "ceo@corp.example"],
    ["another greeting", mta.connect("127.0.0.1", 0, "localhost"), mta.helo("mail"), "ceo@corp.example"],
    ["another address", mta.connect("192.0.2.1", 0, "localhost"), mta.helo("localhost"), "ceo@corp.example"],
  ])("are told from mail of the network: %s", (_, connect, helo, sender) => {
    const refuse = rule("refuse", ["localUser"], () => fail("from-not-owned"));
    expect(talk([refuse]).say(mta.offer(), connect, helo, mta.mail(sender))[1]).toMatch(/^553 /);
  });

  test.each(["127.0.0.1", "IPv6:0:0:0:0:0:0:0:1"])("of Sendmail are what comes from %s without a login", (address) => {
    const { say } = talk([localUser], { localMail: "sendmail" });
    say(mta.offer(), mta.connect(address, 40_000, "localhost"), mta.helo("mail"));
    expect(say(mta.mail("<ceo@corp.example>"), ...CONTENT, mta.eom())).toEqual([
      "continue",
      "quarantine The From address is not owned by the authenticated user",
      "continue",
    ]);
  });

  test("of Sendmail do not come from the network", () => {
    const { say } = talk([rule("refuse", ["localUser"], () => fail("from-not-owned"))], { localMail: "sendmail" });
    say(mta.offer(), mta.connect("192.0.2.1", 40_000, "localhost"), mta.helo("localhost"));
    expect(say(mta.mail("<ceo@corp.example>"))).toEqual([expect.stringMatching(/^553 /)]);
  });

  test.each(["postfix", "sendmail"] as const)("of %s are none where somebody has logged in", (localMail) => {
    const { say, events } = talk([envelope], { localMail });
    expect(say(...LOCAL, as("eve"), mta.mail("ceo@corp.example"))[1]).toMatch(/^553 /);
    expect(events).toMatchObject([{ login: "eve", insteadOfRefusal: undefined }]);
  });
});

describe("limits of a message", () => {
  test("a header over a limit is refused for good", () => {
    for (const messageLimits of [{ maxHeaderFields: 2 }, { maxHeaderBytes: 40 }]) {
      const { say, events } = talk([oneFrom], { messageLimits });
      say(...START, mta.mail("<ann@corp.example>"));
      for (let field = 0; field < 3; field++) say(mta.header("From", " ann@corp.example"));
      expect(say(mta.eoh(), mta.eom())[0]).toMatch(/^550 5\.6\.0 /);
      expect(events).toMatchObject([{ decision: { code: "header-too-long" } }]);
    }
  });

  test.each([
    [{ maxFields: 2 }, [...Array(3).keys()].map(() => mta.header("X", " 1"))],
    [{ maxHeaderOctets: 40 }, [mta.header("X", ` ${"x".repeat(60)}`)]],
    [{ maxLineOctets: 40 }, [mta.header("X", ` ${"x".repeat(60)}`)]],
    [{ maxFields: 6_000 }, [...Array(6_001).keys()].map(() => mta.header("X", " 1"))],
  ])("a header is read within %j, and judged by the guard", (readLimits, fields) => {
    const sees = rule("sees", ["headers"], ({ headers }) =>
      headers.anomalies.some(({ code }) => code === "header-too-long") ? fail("header-too-long") : pass(),
    );
    const { say, events } = talk([sees], { readLimits });
    say(...START, mta.mail("<ann@corp.example>"), ...fields);
    expect(say(mta.eoh(), mta.eom())[0]).toMatch(/^550 5\.6\.0 /);
    expect(events).toMatchObject([{ decision: { code: "header-too-long", findings: [{ rule: "sees" }] } }]);
  });

  test("a limit that is none is refused at start", () => {
    expect(() => talk([oneFrom], { readLimits: { maxFields: 0 } })).toThrow("maxFields: must be a whole number from 1");
  });

  test("more recipients than are kept defer", () => {
    const some = rule("some", ["recipients"], () => pass());
    for (const messageLimits of [{ maxRecipients: 1 }, { maxRecipientBytes: 20 }]) {
      const { say } = talk([some], { messageLimits });
      say(...START, mta.mail("<ann@corp.example>"), mta.rcpt("<b@x.example>"), mta.rcpt("<c@x.example>"));
      expect(say(mta.eom())[0]).toMatch(/^452 4\.5\.3 /);
    }
  });
});

describe("decisions that take time", () => {
  const slow = (made: Promise<void>) =>
    rule("slow", ["envelopeFrom"], async (_, { signal }) => {
      await Promise.race([made, new Promise((resolve) => signal.addEventListener("abort", resolve))]);
      return pass();
    });

  test("keep the order of answers", async () => {
    let release = () => {};
    const { say, heard } = talk([slow(new Promise((resolve) => (release = resolve)))]);
    expect(say(...START, mta.mail("<ann@corp.example>"), mta.rcpt("<b@x.example>"), mta.eoh(), mta.eom())).toEqual([
      "negotiate",
    ]);
    release();
    await settled();
    expect(heard()).toEqual(["continue", "continue"]);
  });

  test("an ABORT drops the answer and the next message gets its own", async () => {
    const { say, heard, events } = talk([slow(new Promise(() => {})), envelope]);
    expect(say(...START, as("ann"), mta.mail("<ann@corp.example>"))).toEqual(["negotiate"]);
    expect(say(mta.abort(), as("eve"), mta.mail("<ann@corp.example>"))).toEqual([]);
    await settled();
    expect(heard()).toEqual([]);
    expect(events).toEqual([]);
    expect(say(mta.quit())).toEqual(["close"]);
  });
});

/** Everything that can happen without the outside has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
