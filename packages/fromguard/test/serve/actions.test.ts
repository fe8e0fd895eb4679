import { describe, expect, it } from "vitest";
import { askMilter } from "../../src/demo/milter-client.js";
import { askPolicy } from "../../src/demo/policy-client.js";
import { folderWith } from "../support/folder.js";
import { events, start } from "../support/running.js";

const BASE = `listeners: [{ policy: 127.0.0.1:0 }, { milter: 127.0.0.1:0 }]
ownership: [{ login-map: "inline:{ann@example.com=ann}" }]
rules: [login-owns-envelope, header-originators-owned, sender-exists: { senders: "inline:{ann@example.com=x}" }]
`
  .replace("sender-exists: {", "{ sender-exists: {")
  .replace('x}" }]', 'x}" } }]');

/** What each listener answers to a login that sends as somebody else, and the decisions that were logged. */
async function answers(actions: string) {
  const folder = await folderWith({ "f.yaml": `${BASE}actions: ${actions}\n` });
  const { io, stop } = await start(`${folder}/f.yaml`);
  const addressOf = (kind: string) => events(io).find((event) => event.kind === kind)?.address as string;
  const policy = await askPolicy(addressOf("policy"), {
    login: "ann",
    sender: "ceo@example.com",
    recipient: "x@example.com",
  });
  const milter = await askMilter(addressOf("milter"), {
    login: "ann",
    mailFrom: "<ceo@example.com>",
    recipient: "<x@example.com>",
    message: "From: ann@example.com\r\n\r\nbody\r\n",
  });
  await stop();
  const decisions = events(io).filter(({ event }) => event === "decision");
  return { policy, milter, observed: decisions.map(({ observed }) => observed) };
}

const SEEN = ["login-owns-envelope:envelope-not-owned"];
const OTHER = "sender-unknown: observe";

describe("what an action does on a policy and a milter listener", () => {
  it.each([
    ["reject", /^553 5\.7\.1 /, /^553 5\.7\.1 /, undefined],
    ["defer", /^DEFER_IF_PERMIT 4\.7\.1 /, /^451 4\.7\.1 /, undefined],
    ["quarantine", /^HOLD Sender address rejected: .* \(envelope-not-owned\)$/, /^accept$/, SEEN],
    ["tag", /^PREPEND X-Fromguard-Failed: envelope-not-owned; rule=login-owns-envelope$/, /^accept$/, SEEN],
    ["observe", /^DUNNO$/, /^accept$/, SEEN],
  ])("%s", async (action, policy, milter, seen) => {
    const answered = await answers(`{ envelope-not-owned: ${action}, ${OTHER} }`);
    expect(answered.policy).toMatch(policy);
    expect(answered.milter).toMatch(milter);
    expect(answered.observed).toHaveLength(2);
    for (const observed of answered.observed) {
      for (const finding of seen ?? []) expect(observed).toContain(finding);
    }
  });

  it("two that one answer of a policy server cannot hold are deferred", async () => {
    const { policy, milter } = await answers("{ envelope-not-owned: quarantine, sender-unknown: tag }");
    expect([policy.split(" ")[0], milter]).toEqual(["DEFER_IF_PERMIT", "accept"]);
  });
});
