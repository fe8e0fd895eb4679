// A submission service of nodemailer's smtp-server, with the login map of a Postfix.
import { once } from "node:events";
import {
  createGuard,
  headerOriginatorsOwned,
  loginMap,
  loginOwnsEnvelope,
  pcreTable,
  requireLogin,
} from "@fromguard/core";
import { guardHooks } from "@fromguard/smtp-server";
import { SMTPServer } from "smtp-server";
import { sendAsAnn } from "../smtp-client.js";

const { table } = pcreTable("/^([^@+]+)(\\+[^@]*)?@example\\.com$/ $1\n", { file: "sender_login_maps" });
const ownership = loginMap({ tables: [table] });
const guard = createGuard({
  rules: [requireLogin(), loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })],
});

const server = new SMTPServer({
  disabledCommands: ["STARTTLS"],
  disableReverseLookup: true,
  onAuth: ({ username, password }, _session, done) =>
    password === "secret" ? done(null, { user: username }) : done(new Error("wrong password")),
  ...guardHooks({
    guard,
    // Where a real service would queue it.
    deliver: async (message) => {
      for await (const _chunk of message);
    },
  }),
});
await once(server.listen(0, "127.0.0.1"), "listening");
await sendAsAnn(server.server.address().port);
await new Promise((resolve) => server.close(resolve));
