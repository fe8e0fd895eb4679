import { converse, portOf } from "../conversation.js";

/** A milter on loopback, told of messages as an MTA tells it. */
export const expected = "continue, 553 5.7.1";

const HEAD = 4;
const ALL_ACTIONS = 0x1ff;

export async function smoke(load) {
  const { createGuard, headerOriginatorsOwned, ownedAddresses } = await load("@fromguard/core");
  const { createMilterServer, decodeAnswer, encodeCommand, FrameReader } = await load("@fromguard/milter");
  const ownership = ownedAddresses({ ann: ["ann@example.com"] });
  const server = createMilterServer({ guard: createGuard({ rules: [headerOriginatorsOwned({ ownership })] }) });
  const { address } = await server.listen("127.0.0.1:0");
  const isWhole = (answer) => answer.length >= HEAD && answer.length >= HEAD + answer.readUInt32BE();

  const judge = async (from) => {
    const mta = await converse(portOf(address), isWhole);
    let last;
    for (const command of commandsOf(from)) {
      mta.say(encodeCommand(command));
      if (command.kind === "macros") continue;
      new FrameReader().push(await mta.next(), (frame) => {
        last = decodeAnswer(frame).value;
      });
      if (last.kind === "reply") break;
    }
    mta.end();
    return last.kind === "reply" ? /^\d+ \S+/.exec(last.text)[0] : last.kind;
  };
  const answers = [await judge("ann@example.com"), await judge("bob@example.com")];
  await server.close();
  return answers.join(", ");
}

/** Each is answered but the macros: no step is offered to be left out. */
function commandsOf(from) {
  return [
    { kind: "negotiate", version: 6, actions: ALL_ACTIONS, steps: 0 },
    { kind: "connect", name: "client.example.com", family: "4", port: 4711, address: "198.51.100.7" },
    { kind: "helo", name: "client.example.com" },
    { kind: "macros", stage: "M", macros: [["{auth_authen}", "ann"]] },
    { kind: "mail", sender: "<ann@example.com>", args: [] },
    { kind: "rcpt", recipient: "<carl@example.org>", args: [] },
    { kind: "data" },
    { kind: "header", name: "From", value: Buffer.from(from) },
    { kind: "eoh" },
    { kind: "body", chunk: Buffer.from("Hello.\r\n") },
    { kind: "eom", chunk: Buffer.alloc(0) },
  ];
}
