// An MTA that owns its loop: it tells a transaction each fact as it learns it, and asks what to answer.
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import * as fg from "@fromguard/core";
import { sendAsAnn } from "../smtp-client.js";

const ownership = fg.ownedAddresses({ ann: ["ann@example.com"], bob: ["bob@example.com"] });
const guard = fg.createGuard({
  rules: [fg.requireLogin(), fg.loginOwnsEnvelope({ ownership }), fg.headerOriginatorsOwned({ ownership })],
});

const answer = ({ action, reply }, otherwise) =>
  action === "accept" ? otherwise : fg.formatReply(reply ?? fg.TRY_LATER);

async function serve(socket) {
  const client = socket.remoteAddress;
  const lines = createInterface({ input: socket.setEncoding("latin1"), crlfDelay: 0 })[Symbol.asyncIterator]();
  const say = (line) => socket.write(`${line}\r\n`);
  let [login, helo, mail, recipients] = [null, null, undefined, []];
  say("220 mta.example.com");
  for await (const line of lines) {
    const [verb = "", rest = ""] = /^(\w+)(?: (?:FROM:|TO:|PLAIN )?(.*))?$/i.exec(line)?.slice(1) ?? [];
    if (/^EHLO$/i.test(verb)) {
      helo = rest;
      say("250-mta.example.com\r\n250 AUTH PLAIN");
    } else if (/^AUTH$/i.test(verb)) {
      [, login] = Buffer.from(rest, "base64").toString().split("\0");
      say("235 2.7.0 welcome");
    } else if (/^MAIL$/i.test(verb)) {
      mail = guard.begin();
      recipients = [];
      const decision = await mail.learn(fg.facts({ login, client, helo, envelopeFrom: rest }));
      say(answer(decision, "250 2.1.0 ok"));
      if (decision.action !== "accept") mail = undefined;
    } else if (mail === undefined) {
      say("503 5.5.1 MAIL first");
    } else if (/^RCPT$/i.test(verb)) {
      recipients.push(rest);
      say("250 2.1.5 ok");
    } else {
      say("354 go ahead");
      const octets = Buffer.from(await readMessage(lines), "latin1");
      const decision = await mail.learn({ recipients: recipients.map(fg.parsePath), ...fg.readMessage(octets) });
      // Where a real MTA would queue what fg.applyEdits(octets, decision.edits) returns.
      say(answer(decision, "250 2.0.0 queued"));
      mail = undefined;
    }
  }
}

async function readMessage(lines) {
  let text = "";
  for (let next = await lines.next(); !next.done && next.value !== "."; next = await lines.next()) {
    text += `${next.value.replace(/^\./, "")}\r\n`;
  }
  return text;
}

const server = createServer((socket) => {
  socket.on("error", () => undefined);
  serve(socket).catch(() => socket.destroy());
});
await once(server.listen(0, "127.0.0.1"), "listening");
await sendAsAnn(server.address().port);
await new Promise((resolve) => server.close(resolve));
