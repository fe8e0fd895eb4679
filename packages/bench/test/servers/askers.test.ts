import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cachedResolver, createGuard } from "@fromguard/core";
import { fakeResolver } from "@fromguard/core/testing";
import { createExchange } from "@fromguard/http";
import { createMilterServer } from "@fromguard/milter";
import { createPolicyServer } from "@fromguard/policy";
import { serveHttp } from "fromguard";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bareMilter, barePolicyServer } from "../../src/servers/bare.js";
import { bareHttpServer } from "../../src/servers/bare-http.js";
import { httpAsker, httpQuestions } from "../../src/servers/http-asker.js";
import { load } from "../../src/servers/load.js";
import { milterAsker, milterQuestions } from "../../src/servers/milter-asker.js";
import { policyAsker, policyQuestions } from "../../src/servers/policy-asker.js";
import { SEED_MAILS, seedRules } from "../../src/servers/seed.js";
import { milterRequest } from "../../src/servers/seed-guard.js";

const guard = (headers: boolean) =>
  createGuard({
    rules: seedRules(cachedResolver(fakeResolver({ "example.com": { mx: ["mx.example.com"] } })), { headers }),
  });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bench-askers-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("policy", () => {
  it("half of the questions are honest, and the server answers each as expected", async () => {
    const questions = policyQuestions();
    expect(questions.filter(({ expected }) => expected === "pass")).toHaveLength(SEED_MAILS / 2);
    const server = createPolicyServer({ guard: guard(false) });
    const path = join(folder, "policy.sock");
    await server.listen(`unix:${path}`);
    const askers = [await policyAsker({ path }), await policyAsker({ path })];
    const made = await load(askers, questions, { decisions: SEED_MAILS });
    expect(made).toMatchObject({ decisions: SEED_MAILS, wrong: 0, waits: SEED_MAILS });
    for (const asker of askers) asker.close();
    await server.close();
  });

  it("the bare server lets every mail pass, so that half of its answers are wrong", async () => {
    const path = join(folder, "bare.sock");
    const server = barePolicyServer().listen(path);
    await once(server, "listening");
    const asker = await policyAsker({ path });
    expect(await load([asker], policyQuestions(), { decisions: SEED_MAILS })).toMatchObject({ wrong: SEED_MAILS / 2 });
    asker.close();
    server.close();
  });
});

describe("milter", () => {
  it("half of the questions are honest, and the server answers each as expected, with at most two waits", async () => {
    const questions = milterQuestions();
    expect(questions.filter(({ expected }) => expected === "pass")).toHaveLength(SEED_MAILS / 2);
    const server = createMilterServer({ guard: guard(true) });
    const path = join(folder, "milter.sock");
    await server.listen(`unix:${path}`);
    const asker = await milterAsker({ path });
    const made = await load([asker], questions, { decisions: SEED_MAILS });
    // A forged envelope, of every fourth mail, is refused at the first.
    expect(made).toMatchObject({ decisions: SEED_MAILS, wrong: 0, waits: (SEED_MAILS * 7) / 4 });
    asker.close();
    await server.close();
  });

  it("the bare milter negotiates the same events as the server", async () => {
    const path = join(folder, "bare.sock");
    const server = bareMilter(milterRequest()).listen(path);
    await once(server, "listening");
    const asker = await milterAsker({ path });
    const made = await load([asker], milterQuestions(), { decisions: SEED_MAILS });
    expect(made).toMatchObject({ wrong: SEED_MAILS / 2, waits: 2 * SEED_MAILS });
    asker.close();
    server.close();
  });
});

describe("http", () => {
  it.each(["check", "checkv2"] as const)(
    "half of the questions are honest, and the server answers each as expected in the form %s",
    async (form) => {
      const questions = httpQuestions();
      expect(questions.filter(({ expected }) => expected === "pass")).toHaveLength(SEED_MAILS / 2);
      const handler = createExchange({ guard: guard(true) });
      const path = join(folder, "http.sock");
      const server = await serveHttp({ address: `unix:${path}`, handler });
      const askers = [await httpAsker({ path }, { form }), await httpAsker({ path }, { form })];
      const made = await load(askers, questions, { decisions: SEED_MAILS });
      expect(made).toMatchObject({ decisions: SEED_MAILS, wrong: 0, waits: SEED_MAILS });
      for (const asker of askers) asker.close();
      await server.close();
    },
  );

  it("asks on another connection where the server closes its own behind each answer", async () => {
    const handler = createExchange({ guard: guard(true) });
    const path = join(folder, "http.sock");
    const closing = async (...[incoming]: Parameters<typeof handler>) => {
      const answer = await handler(incoming);
      return { ...answer, headers: { ...answer.headers, connection: "close" } };
    };
    const server = await serveHttp({ address: `unix:${path}`, handler: closing });
    const asker = await httpAsker({ path });
    expect(await load([asker], httpQuestions(), { decisions: SEED_MAILS })).toMatchObject({ wrong: 0 });
    expect(asker.isOpen).toBe(true);
    await server.close();
  });

  it("the bare server lets every mail pass, so that half of its answers are wrong", async () => {
    const path = join(folder, "bare.sock");
    const server = bareHttpServer().listen(path);
    await once(server, "listening");
    const asker = await httpAsker({ path });
    expect(await load([asker], httpQuestions(), { decisions: SEED_MAILS })).toMatchObject({ wrong: SEED_MAILS / 2 });
    asker.close();
    server.close();
  });
});

it("a connection that the server closes counts its question as answered wrongly, and asks no more", async () => {
  const path = join(folder, "closing.sock");
  const server = barePolicyServer().listen(path);
  await once(server, "listening");
  server.on("connection", (socket) => socket.once("data", () => socket.destroy()));
  const asker = await policyAsker({ path });
  const made = await load([asker], policyQuestions(), { decisions: 10 });
  expect(made.decisions).toBeLessThanOrEqual(2);
  expect(asker.isOpen).toBe(false);
  server.close();
});
