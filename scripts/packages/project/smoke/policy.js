import { converse, portOf } from "../conversation.js";

/** A policy server on loopback, asked as Postfix asks it. */
export const expected = "action=DUNNO, action=553 5.7.1";

export async function smoke(load) {
  const { createGuard, loginOwnsEnvelope, ownedAddresses } = await load("@fromguard/core");
  const { createPolicyServer } = await load("@fromguard/policy");
  const ownership = ownedAddresses({ ann: ["ann@example.com"] });
  const server = createPolicyServer({ guard: createGuard({ rules: [loginOwnsEnvelope({ ownership })] }) });
  const { address } = await server.listen("127.0.0.1:0");
  const postfix = await converse(portOf(address), (answer) => answer.toString().endsWith("\n\n"));
  const answers = [];
  for (const sender of ["ann@example.com", "bob@example.com"]) {
    postfix.say(
      `request=smtpd_access_policy\nprotocol_state=RCPT\nsasl_username=ann\nsender=${sender}\nrecipient=carl@example.org\n\n`,
    );
    answers.push((await postfix.next()).toString());
  }
  postfix.end();
  await server.close();
  return answers.map((answer) => /^action=(DUNNO|\d+ \S+)/.exec(answer)[0]).join(", ");
}
