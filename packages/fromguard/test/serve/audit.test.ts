import { describe, expect, it } from "vitest";
import type { LogSettings } from "../../src/config/log-schema.js";
import { askMilter } from "../../src/demo/milter-client.js";
import { main } from "../../src/main.js";
import { openLog } from "../../src/serve/open-log.js";
import { folderWith } from "../support/folder.js";
import { events, start } from "../support/running.js";
import { testIo } from "../support/test-io.js";

const BASE = 'ownership: [{ login-map: "inline:{ann@example.com=ann}" }]\nlisteners: [{ milter: 127.0.0.1:0 }]\n';
const RULES =
  "preset: audit\nrules: [{ domain-exists: { on-error: accept } }]\ndns: { servers: [127.0.0.1:1], timeout-ms: 1 }\n";
const FORGED = "Subject: x\r\nFrom: CEO <ceo@example.com>\r\nSender: ann@example.com\r\n\r\nbody\r\n";

/** Asks a milter in audit mode about one message; what it answers and writes. */
async function audited(more = "", message = FORGED) {
  const folder = await folderWith({ "f.yaml": BASE + RULES + more });
  const { io, logged, stop } = await start(`${folder}/f.yaml`);
  const address = events(io).find(({ kind }) => kind === "milter")?.address as string;
  const written = logged("audit");
  const answer = await askMilter(address, {
    login: "ann",
    mailFrom: "<ann@example.com>",
    recipient: "<x@example.com>",
    message,
  });
  const line = (await written) as { transaction: Record<string, unknown>; findings: string[]; observed: string[] };
  await stop();
  return { answer, line, folder };
}

describe("audit", () => {
  it("refuses nothing, and writes down who logged in, the envelope, the originators and what it found", async () => {
    const { answer, line } = await audited();
    expect(answer).toBe("accept");
    expect(line).toMatchObject({ version: 1, listener: "milter", action: "accept", anomalies: [] });
    expect(line.observed).toContain("header-originators-owned:from-not-owned");
    expect(line.findings).toContain("login-owns-envelope:ok");
    expect(line.transaction).toMatchObject({ login: "ann", localUser: null, envelopeFrom: "<ann@example.com>" });
    const headers = line.transaction.headers as readonly (readonly [string, string])[];
    expect(headers.map(([name, value]) => [name, value.trim()])).toEqual([
      ["From", "CEO <ceo@example.com>"],
      ["Sender", "ann@example.com"],
    ]);
  });

  it("writes what check --batch decides again", async () => {
    const { line, folder } = await audited();
    const io = testIo({ stdin: `${JSON.stringify(line.transaction)}\n` });
    const code = await main(["check", "--batch", "--config", `${folder}/f.yaml`, "--set", "preset=submission"], io);
    expect(code).toBe(0);
    expect(JSON.parse(io.out())).toMatchObject({ action: "reject", code: "from-not-owned" });
  });

  it("says where a line does not hold all", async () => {
    const octets = await audited("", "From: \xff <ann@example.com>\r\n\r\nbody\r\n");
    expect(octets.line).toMatchObject({ isPartial: true });
    const long = await audited(
      "limits: { line-octets: 100000 }\n",
      `From: ${"a".repeat(70_000)}@example.com\r\n\r\nbody\r\n`,
    );
    expect(long.line).toMatchObject({ isPartial: true, transaction: { headers: [] } });
  });

  it("leaves out what is redacted", async () => {
    const { line } = await audited("log: { redact: [login, client] }\n");
    expect(Object.keys(line.transaction)).not.toContain("login");
    expect(Object.keys(line.transaction)).not.toContain("client");
    expect(line.transaction.envelopeFrom).toBe("<ann@example.com>");
  });
});

describe("the log that is configured", () => {
  const QUIET: LogSettings = { level: "warn", format: "json", destination: "stdout", redact: [], audit: false };

  it("is of warnings and audits alone where that is said", () => {
    const io = testIo();
    const log = openLog(QUIET, io);
    log.info("decision");
    log.info("audit");
    log.warn("map-kept");
    expect(events(io).map(({ event }) => event)).toEqual(["audit", "map-kept"]);
  });

  it("hides what is redacted, and not whether it is there", () => {
    const io = testIo();
    openLog({ ...QUIET, redact: ["login", "recipients"] }, io).warn("x", {
      login: "ann",
      recipients: ["a"],
      client: "c",
    });
    openLog({ ...QUIET, redact: ["login"] }, io).warn("x", { login: null });
    expect(events(io)).toMatchObject([{ login: "[redacted]", recipients: "[redacted]", client: "c" }, { login: null }]);
  });

  it("is of words where that is said, on standard error where that is said, and of ASCII", () => {
    const io = testIo();
    const log = openLog({ ...QUIET, level: "info", format: "text", destination: "stderr" }, io);
    log.info("decision", { login: "ann", reply: "553 no", helo: "\x1b\n\u{e9}", queueId: undefined, count: 2 });
    expect(io.out()).toBe("");
    expect(io.err()).toMatch(/^\S+Z info decision login=ann reply="553 no" helo="\\u001b\\n\\u00e9" count=2\n$/);
  });
});
