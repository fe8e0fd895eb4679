import { describe, expect, it } from "vitest";
import { folderWith } from "../support/folder.js";
import { events, start } from "../support/running.js";

/** What a daemon with this rule for logins answers to the login, and what it logs. */
async function decide(rule: string, transaction: Readonly<Record<string, string>>) {
  const folder = await folderWith({
    "grants.yaml": "grants:\n  - { login: alice, send-as: alice@example.com }\n",
    "f.yaml": `listeners: [{ http: "127.0.0.1:0" }]\nownership: [{ grants: grants.yaml }]\nlogin: ${rule}\nrules: [require-login, login-owns-envelope]\n`,
  });
  const daemon = await start(`${folder}/f.yaml`);
  const { address } = events(daemon.io).find(({ kind }) => kind === "http") ?? {};
  const answer = await fetch(`http://${address}/v1/check`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ envelopeFrom: "alice@example.com", ...transaction }),
  });
  const { action } = (await answer.json()) as { action: string };
  await daemon.stop();
  const line = events(daemon.io).find(({ event }) => event === "decision");
  return { action, login: line.login, authorisation: line.authorisation, owner: line.owner, master: line.master };
}

describe("the identities of a login", () => {
  it("a master user owns as the user, and the log names both", async () => {
    expect(await decide(`{ master-separators: "*" }`, { login: "alice*admin" })).toEqual({
      action: "accept",
      login: "alice*admin",
      owner: "alice",
      master: "admin",
    });
    expect(await decide(`{ case: ascii }`, { login: "alice*admin" })).toMatchObject({
      action: "reject",
      master: undefined,
    });
  });

  it.each([
    ["authentication", "reject"],
    ["authorisation", "accept"],
  ])("owns by %s where told so: %s", async (identity, action) => {
    const who = { login: "admin", authorisation: "alice" };
    expect(await decide(`{ identity: ${identity} }`, who)).toMatchObject({ action, ...who });
  });
});
