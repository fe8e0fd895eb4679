// Runs the parts of ZoneMTA that take mail in, without the database that its queue needs: what would be queued is told to the parent.
// Usage: zone-mta.cjs ZONEMTA receiver|main --config=FILE
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [zoneMta, context] = process.argv.splice(2, 2);
process.env.NODE_CONFIG_DIR = join(zoneMta, "config");
const load = createRequire(join(zoneMta, "app.js"));
const config = load("wild-config");
const plugins = load("./lib/plugins");
plugins.init(context);

let messages = 0;
const bodies = new Map();
const envelopes = new Map();
const queue = {
  seqIndex: { get: () => `message${++messages}` },
  store(id, stream, done) {
    const chunks = [];
    stream.on("data", (chunk) => chunks.push(chunk));
    stream.once("error", (error) => done(error));
    stream.once("end", () => {
      bodies.set(id, Buffer.concat(chunks).toString("latin1"));
      done(null, id);
    });
  },
  setMeta(id, envelope, done) {
    envelopes.set(id, JSON.parse(JSON.stringify(envelope)));
    done();
  },
  push(id, _envelope, done) {
    process.send({ queued: { ...envelopes.get(id), body: bodies.get(id) } });
    done(null, id);
  },
  removeMessage(id, done) {
    bodies.delete(id);
    done();
  },
};

const tell = (server) => process.send({ port: server.address().port });
if (context === "receiver") {
  // As services/receiver.js does.
  plugins.handler.load(() => process.send({ loaded: plugins.handler.loaded.map(({ title }) => title) }));
  const SMTPInterface = load("./lib/smtp-interface");
  const MailDrop = load("./lib/mail-drop");
  const smtp = new SMTPInterface("feeder", config.smtpInterfaces.feeder);
  smtp.setup(() => {
    smtp.sendCommand = (_command, done) => done(null, queue.seqIndex.get());
    smtp.maildrop = new MailDrop(queue);
    smtp.server.listen(0, "127.0.0.1", () => tell(smtp.server.server));
  });
} else {
  // As app.js does.
  const APIServer = load("./lib/api-server");
  const api = new APIServer();
  api.setQueue(queue);
  plugins.handler.apiServer = api;
  plugins.handler.load(() => {
    process.send({ loaded: plugins.handler.loaded.map(({ title }) => title) });
    api.server.listen(0, "127.0.0.1", () => tell(api.server));
  });
}
