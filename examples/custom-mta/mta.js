// An MTA that owns its loop: it tells a transaction each fact as it learns it, and asks what to answer.
import * as fg from "@fromguard/core";
import { linesOf, readMessage } from "./lines.js";

const ownership = fg.ownedAddresses({ ann: ["ann@example.com"], bob: ["bob@example.com"] });
const guard = fg.createGuard({
  rules: [
    fg.requireLogin(),
    fg.loginOwnsEnvelope({ ownership }),
    fg.headerOriginatorsOwned({ ownership }),
    fg.bodyUnambiguous({ ownership }),
  ],
});

const answer = ({ action, reply }, otherwise) =>
  action === "accept" ? otherwise : fg.formatReply(reply ?? fg.TRY_LATER);

/** A path, and behind its bracket parameters such as BODY=8BITMIME; a quoted local part may hold a bracket. */
const PATH = /^ ?(<(?:"(?:\\.|[^"\\])*"|[^">])*>)(?: .*)?$/;
const pathOf = (text) => PATH.exec(text)?.[1] ?? text;

/** Speaks SMTP with one client, and hands each message that is taken to `queue`. Whatever it throws must end the connection. */
export async function serve(socket, queue) {
  const client = socket.remoteAddress;
  const lines = linesOf(socket);
  const say = (line) => socket.write(`${line}\r\n`);
  let [login, helo, mail, recipients] = [null, null, undefined, []];
  say("220 mta.example.com");
  for await (const line of lines) {
    const [, verb = "", rest = ""] = /^(EHLO|AUTH PLAIN|MAIL FROM:|RCPT TO:|\w+) ?(.*)$/is.exec(line.toString()) ?? [];
    switch (verb.toUpperCase()) {
      case "EHLO":
        [helo, mail] = [rest, undefined];
        say("250-mta.example.com\r\n250-8BITMIME\r\n250 AUTH PLAIN");
        break;
      case "AUTH PLAIN": // A real MTA looks at the password, too.
        [, login] = Buffer.from(rest, "base64").toString().split("\0");
        say("235 2.7.0 welcome");
        break;
      case "MAIL FROM:": {
        [mail, recipients] = [guard.begin(), []];
        const decision = await mail.learn(fg.facts({ login, client, helo, envelopeFrom: pathOf(rest) }));
        say(answer(decision, "250 2.1.0 ok"));
        if (decision.action !== "accept") mail = undefined;
        break;
      }
      case "RCPT TO:":
        if (mail !== undefined) recipients.push(fg.parsePath(pathOf(rest)));
        say(mail === undefined ? "503 5.5.1 MAIL first" : "250 2.1.5 ok");
        break;
      case "DATA": {
        if (mail === undefined || recipients.length === 0) {
          say("503 5.5.1 MAIL and RCPT first");
          break;
        }
        say("354 go ahead");
        const octets = await readMessage(lines);
        if (octets === undefined) return;
        const decision = await mail.learn({ recipients, ...fg.readMessage(octets) });
        if (decision.action === "accept") queue(fg.applyEdits(octets, decision.edits));
        say(answer(decision, "250 2.0.0 queued"));
        mail = undefined;
        break;
      }
      case "RSET":
        mail = undefined;
        say("250 2.0.0 ok");
        break;
      case "QUIT":
        socket.end("221 2.0.0 bye\r\n");
        return;
      default:
        say("502 5.5.1 not known here");
    }
  }
}
