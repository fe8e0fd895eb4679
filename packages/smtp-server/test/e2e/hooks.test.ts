import {
  bodyUnambiguous,
  fail,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddresses,
  type Path,
  pass,
  requireFqdn,
  requireLogin,
  rule,
} from "@fromguard/core";
import { failingOwnership } from "@fromguard/core/testing";
import type { SMTPServerOptions } from "smtp-server";
import { afterAll, describe, expect, it } from "vitest";
import type { HooksEvent, SmtpSession } from "../../src/index.js";
import { closeAll, serve } from "./server.js";

const owned = ownedAddresses({ ann: ["ann@example.com", "ann@bücher.example"], eve: ["eve@example.com"] });
const down = failingOwnership();

/** Whose address an address is; the database does not answer on dave. */
const ownership: Ownership = {
  name: "test",
  ask: (login, ...rest) => (login === "dave" ? down : owned).ask(login, ...rest),
};

const localPartOf = (path: Path) => (path.kind === "mailbox" ? path.mailbox.localPart : "");
const recipientsAt = rule("recipients", ["recipients"], ({ recipients }) =>
  recipients.some((path) => localPartOf(path) === "nobody") ? fail("relay-denied") : pass(),
);

afterAll(closeAll);

const policy = [requireFqdn(), loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })];
const bodyPolicy = [bodyUnambiguous({ ownership })];
const honest = "From: ann@example.com\r\nTo: bob@example.org\r\n\r\nhello\r\n..dot\r\n";

describe.concurrent("with a policy on envelope and header", () => {
  it("delivers honest mail, octet for octet with dots removed", async () => {
    const { delivered, open } = await serve(policy);
    const client = await open("ann");
    expect(await client.send("ann@example.com", honest)).toMatch(/^250 /);
    expect(delivered.map(({ octets }) => octets)).toEqual([`${honest.replace("..", ".")}\r\n`]);
  });

  it("refuses a forged envelope at MAIL with 553 5.7.1", async () => {
    const { delivered, open } = await serve(policy);
    const client = await open("eve");
    expect(await client.command("MAIL FROM:<ann@example.com>")).toMatch(
      /^553 5\.7\.1 Sender address rejected: not owned/,
    );
    expect(await client.send("eve@example.com", honest.replace("ann@", "eve@"))).toMatch(/^250 /);
    expect(delivered).toHaveLength(1);
  });

  it.each(["eve@example.com", ""])(
    "refuses a forged From behind <%s> with 553 and never delivers it",
    async (sender) => {
      const { delivered, open } = await serve(policy);
      const client = await open("eve");
      expect(await client.send(sender, honest)).toMatch(/^553 5\.7\.1 The From address is not owned/);
      expect(delivered).toEqual([]);
      expect(await client.send("eve@example.com", honest.replace("ann@", "eve@"))).toMatch(/^250 /);
    },
  );

  it("drains a large refused message and stays in step", async () => {
    const { delivered, open } = await serve(policy);
    const client = await open("eve");
    const body = "x".repeat(98).concat("\r\n").repeat(20_000);
    expect(await client.send("eve@example.com", honest + body)).toMatch(/^553 /);
    expect(await client.command("NOOP")).toMatch(/^250 /);
    expect(delivered).toEqual([]);
  });

  it("defers with 451 where a source does not answer", async () => {
    const { events, open } = await serve(policy);
    const client = await open("dave");
    expect(await client.command("MAIL FROM:<dave@example.com>")).toMatch(/^451 4\.3\.0 /);
    expect(events).toMatchObject([{ kind: "decided", stage: "mail", decision: { code: "source-down" } }]);
  });

  it("streams 1 MB: delivery begins before the message has ended", async () => {
    let received = 0;
    let began: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => {
      began = resolve;
    });
    const { open } = await serve(policy, {
      deliver: async (message) => {
        began();
        for await (const chunk of message) received += (chunk as Buffer).length;
        return "taken";
      },
    });
    const client = await open("ann");
    await client.command("MAIL FROM:<ann@example.com>");
    await client.command("RCPT TO:<bob@example.org>");
    await client.command("DATA");
    client.socket.write(honest);
    await beginning;
    const body = "y".repeat(98).concat("\r\n").repeat(10_486);
    client.socket.write(body);
    expect(await client.command("\r\n.")).toBe("250 taken");
    expect(received).toBe(honest.length - 1 + body.length + 2);
  });

  it.each([
    ["an octet at a time", 1],
    ["in pieces of 3", 3],
  ])("finds the end of the header in a message that comes %s", async (_what, size) => {
    const { delivered, open } = await serve(policy);
    const client = await open("ann");
    await client.command("MAIL FROM:<ann@example.com>");
    await client.command("RCPT TO:<bob@example.org>");
    await client.command("DATA");
    for (let at = 0; at < honest.length; at += size) {
      client.socket.write(honest.slice(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.command(".")).toMatch(/^250 /);
    expect(delivered.map(({ octets }) => octets)).toEqual([honest.replace("..", ".")]);
  });

  it.each([
    ["a header alone", "From: ann@example.com\r\n", /^250 /],
    ["a header and an empty line", "From: ann@example.com\r\n\r\n", /^250 /],
    ["no header", "\r\nFrom: ann@example.com\r\n", /^550 5\.6\.0 /],
    ["nothing", "", /^550 5\.6\.0 /],
    ["an end of header that only some readers see", "From: ann@example.com\r\nX: 1\n\nbody\r\n", /^550 5\.6\.0 /],
    ["a From behind that end", "X: 1\n\nFrom: ann@example.com\r\n\r\nbody\r\n", /^550 5\.6\.0 /],
  ])("judges %s", async (_what, message, reply) => {
    const { delivered, open } = await serve(policy);
    const client = await open("ann");
    expect(await client.send("ann@example.com", message)).toMatch(reply);
    expect(delivered).toHaveLength(String(reply).includes("250") ? 1 : 0);
  });

  it("refuses a header over its limit with 550 5.6.0", async () => {
    const { delivered, open } = await serve(policy, { maxHeaderBytes: 10_000 });
    const client = await open("ann");
    const long = `From: ann@example.com\r\n${"X-Long: x\r\n".repeat(10_000)}\r\nhello\r\n`;
    expect(await client.send("ann@example.com", long)).toMatch(/^550 5\.6\.0 The header is over a limit/);
    expect(delivered).toEqual([]);
    expect(await client.send("ann@example.com", honest)).toMatch(/^250 /);
  });

  it("reads the header within the limits it is given", async () => {
    const { delivered, open } = await serve(policy, { readLimits: { maxFields: 2 } });
    const client = await open("ann");
    expect(await client.send("ann@example.com", "From: ann@example.com\r\nX: 1\r\nX: 2\r\n\r\nhi\r\n")).toMatch(
      /^550 5\.6\.0 The header is over a limit/,
    );
    expect(delivered).toEqual([]);
  });

  it("keeps the messages of one connection apart", async () => {
    const { delivered, open } = await serve(policy);
    const client = await open("ann");
    await client.command("MAIL FROM:<ann@example.com>");
    await client.command("RSET");
    expect(await client.command("MAIL FROM:<bob@example.com>")).toMatch(/^553 /);
    for (let message = 0; message < 3; message++) {
      expect(await client.send("ann@example.com", honest)).toMatch(/^250 /);
      expect(await client.send("ann@example.com", honest.replace("ann@", "bob@"))).toMatch(/^553 /);
    }
    expect(delivered).toHaveLength(3);
  });

  it("delivers nothing of a client that leaves in the header", async () => {
    let tell: (event: HooksEvent) => void = () => undefined;
    const left = new Promise<HooksEvent>((resolve) => {
      tell = (event) => event.kind === "failed" && resolve(event);
    });
    const { delivered, open } = await serve(policy, { onEvent: (event) => tell(event) });
    const client = await open("ann");
    await client.command("MAIL FROM:<ann@example.com>");
    await client.command("RCPT TO:<bob@example.org>");
    await client.command("DATA");
    client.socket.write("From: ann@example.com\r\n");
    client.socket.end();
    expect(await left).toMatchObject({ cause: { message: "the client left" } });
    expect(delivered).toEqual([]);
  });
});

it.concurrent("judges the envelope anew where the client logs in after MAIL", async () => {
  const { delivered, open } = await serve([loginOwnsEnvelope({ ownership })]);
  const client = await open();
  expect(await client.command("MAIL FROM:<ann@example.com>")).toMatch(/^250 /);
  expect(await client.login("eve")).toMatch(/^235 /);
  await client.command("RCPT TO:<bob@example.org>");
  await client.command("DATA");
  expect(await client.command(`${honest}.`)).toMatch(/^553 5\.7\.1 /);
  expect(delivered).toEqual([]);
});

it.concurrent("tells a client without a login that one is required", async () => {
  const { open } = await serve([requireLogin()]);
  expect(await (await open()).command("MAIL FROM:<ann@example.com>")).toMatch(/^530 5\.7\.0 /);
});

it.concurrent("runs a rule on recipients at DATA", async () => {
  const { delivered, open } = await serve([recipientsAt]);
  const client = await open("ann");
  expect(await client.send("ann@example.com", honest, "nobody@example.org")).toMatch(/^554 5\.7\.1 /);
  expect(await client.send("ann@example.com", honest)).toMatch(/^250 /);
  expect(delivered).toHaveLength(1);
});

describe.concurrent("under a rule on the body", () => {
  it("refuses smuggling, and delivers the rest from memory", async () => {
    const { delivered, open } = await serve(bodyPolicy);
    const client = await open("ann");
    expect(await client.send("ann@example.com", `${honest}x\n.\r\nMAIL FROM:<eve@example.com>\r\n`)).toMatch(
      /^550 5\.6\.0 /,
    );
    expect(await client.send("ann@example.com", honest)).toMatch(/^250 /);
    expect(delivered.map(({ octets }) => octets)).toEqual([`${honest.replace("..", ".")}\r\n`]);
  });

  it("refuses a message over the limit of its memory with 550 5.6.0", async () => {
    const { delivered, events, open } = await serve(bodyPolicy, { maxBufferedBytes: 1000 });
    const client = await open("ann");
    expect(await client.send("ann@example.com", honest + "x\r\n".repeat(100_000))).toMatch(/^550 5\.6\.0 /);
    expect(delivered).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ kind: "over-limit", limit: "maxBufferedBytes" }));
  });

  it("refuses a message over the size of the server with 552 5.3.4", async () => {
    const { delivered, open } = await serve(bodyPolicy, {}, { size: 1000 });
    const client = await open("ann");
    expect(await client.send("ann@example.com", honest + "x\r\n".repeat(1000))).toMatch(/^552 5\.3\.4 /);
    expect(delivered).toEqual([]);
  });
});

describe.concurrent("failures", () => {
  it("answers 451 where deliver fails, and does not tell why", async () => {
    const { events, open } = await serve(policy, { deliver: () => Promise.reject(new Error("disk full")) });
    expect(await (await open("ann")).send("ann@example.com", honest)).toBe(
      "451 4.3.0 Sender verification is temporarily unavailable",
    );
    expect(events.at(-1)).toMatchObject({ kind: "failed", stage: "data", cause: { message: "disk full" } });
  });

  it("tells what deliver means to tell", async () => {
    const error = Object.assign(new Error("4.2.2 Mailbox full"), { responseCode: 452 });
    const { open } = await serve(policy, { deliver: () => Promise.reject(error) });
    expect(await (await open("ann")).send("ann@example.com", honest)).toBe("452 4.2.2 Mailbox full");
  });

  it("answers 451 where a rule throws", async () => {
    const broken = rule("broken", ["envelopeFrom"], () => {
      throw new Error("bug");
    });
    const { open } = await serve([broken]);
    expect(await (await open("ann")).command("MAIL FROM:<ann@example.com>")).toMatch(/^451 4\.3\.0 /);
  });

  it("answers 451 where the login is no string and nobody says what it is", async () => {
    const onAuth: SMTPServerOptions["onAuth"] = (auth, _session, done) => done(null, { user: { name: auth.username } });
    const { events, open } = await serve(policy, {}, { onAuth });
    expect(await (await open("ann")).command("MAIL FROM:<ann@example.com>")).toMatch(/^451 4\.3\.0 /);
    expect(events).toMatchObject([{ kind: "failed", stage: "mail" }]);
  });

  it("asks loginOf where it is given", async () => {
    const onAuth: SMTPServerOptions["onAuth"] = (auth, _session, done) => done(null, { user: { name: auth.username } });
    const loginOf = ({ user }: SmtpSession) => (user as { name: string } | undefined)?.name ?? null;
    const { open } = await serve(policy, { loginOf }, { onAuth });
    expect(await (await open("ann")).send("ann@example.com", honest)).toMatch(/^250 /);
  });

  it("survives a log that throws", async () => {
    const onEvent = () => {
      throw new Error("disk full");
    };
    const { open } = await serve(policy, { onEvent });
    expect(await (await open("ann")).send("ann@example.com", honest)).toMatch(/^250 /);
  });
});

it.concurrent("leaves enhanced codes to a server that writes its own", async () => {
  const { open } = await serve(policy, { hostAddsEnhancedCodes: true }, { hideENHANCEDSTATUSCODES: false });
  expect(await (await open("eve")).command("MAIL FROM:<ann@example.com>")).toMatch(/^553 5\.\d\.\d Sender address/);
});
