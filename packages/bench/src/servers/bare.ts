import { createServer, type Server, type Socket } from "node:net";
import { encodeAnswer, type MilterRequest } from "@fromguard/milter";

const POLICY_ANSWER = "action=DUNNO\n\n";
const POLICY_END = Buffer.from("\n\n");

/** A policy server that only finds the end of each request, and answers a constant in one write. */
export function barePolicyServer(): Server {
  return bareServer((socket) => {
    let held: Buffer | undefined;
    socket.on("data", (chunk: Buffer) => {
      const octets = held === undefined ? chunk : Buffer.concat([held, chunk]);
      let answers = "";
      let at = 0;
      for (let end = octets.indexOf(POLICY_END); end >= 0; end = octets.indexOf(POLICY_END, at)) {
        answers += POLICY_ANSWER;
        at = end + POLICY_END.length;
      }
      held = at === octets.length ? undefined : octets.subarray(at);
      if (answers !== "") socket.write(answers, "latin1");
    });
  });
}

const NEGOTIATE = 0x4f;
const MAIL = 0x4d;
const END_OF_MESSAGE = 0x45;
const LENGTH = 4;

const CONTINUE = encodeAnswer({ kind: "continue" });

/** A milter that asks for the events of another, only cuts the stream into frames, and continues. */
export function bareMilter({ macros = [], ...asked }: MilterRequest): Server {
  const agreed = encodeAnswer({ kind: "negotiate", version: 6, ...asked, macros });
  return bareServer((socket) => {
    let held: Buffer | undefined;
    socket.on("data", (chunk: Buffer) => {
      const octets = held === undefined ? chunk : Buffer.concat([held, chunk]);
      let at = 0;
      while (octets.length - at > LENGTH) {
        const end = at + LENGTH + octets.readUInt32BE(at);
        if (end > octets.length) break;
        const command = octets[at + LENGTH];
        if (command === NEGOTIATE) socket.write(agreed);
        else if (command === MAIL || command === END_OF_MESSAGE) socket.write(CONTINUE);
        at = end;
      }
      held = at === octets.length ? undefined : octets.subarray(at);
    });
  });
}

function bareServer(serve: (socket: Socket) => void): Server {
  return createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("end", () => socket.end());
    serve(socket);
  });
}
