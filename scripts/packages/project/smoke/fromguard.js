import { withPolicyFile } from "../policy-file.js";

/** The policy of a file, for a host in Node. */
export const expected = "accept, reject";

export async function smoke(load) {
  const { facts } = await load("@fromguard/core");
  const { openPolicyFile } = await load("fromguard");
  return await withPolicyFile(async (file) => {
    const host = { name: "smoke", facts: ["login", "envelopeFrom", "headers"] };
    const policy = await openPolicyFile(file, { host });
    const answers = [];
    for (const envelopeFrom of ["<ann@example.com>", "<bob@example.com>"])
      answers.push((await policy.current.guard.begin().learn(facts({ login: "ann", envelopeFrom }))).action);
    policy.close();
    return answers.join(", ");
  });
}
