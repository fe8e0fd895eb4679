import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subject } from "../subject.js";
import { daemon } from "./daemon.js";
import { NAME_SERVER, openNameServer } from "./name-server.js";
import { opendmarc } from "./opendmarc.js";
import { POLICYD_SPF_CONF, policydSpf } from "./policyd-spf.js";
import { POSTFWD_RULES, postfwd } from "./postfwd.js";
import { PYTHON_MILTER, pythonMilter } from "./python-milter.js";
import { rspamd, rspamdHttp } from "./rspamd.js";

/** The daemon and the peers, and the name server that they share. */
export interface Peers {
  readonly subjects: readonly Subject[];
  close(): Promise<void>;
}

/** Writes the peers' configurations into a folder, which `close` removes. */
export async function openPeers(): Promise<Peers> {
  const folder = await mkdtemp(join(tmpdir(), "fromguard-peers-"));
  const closeNameServer = await openNameServer();
  const nameServer = closeNameServer && NAME_SERVER;
  await writeFile(join(folder, "postfwd.cf"), POSTFWD_RULES);
  await writeFile(join(folder, "policyd-spf.conf"), POLICYD_SPF_CONF);
  await writeFile(join(folder, "filter.py"), PYTHON_MILTER);
  return {
    subjects: [
      daemon("policy", folder, nameServer),
      daemon("milter", folder, nameServer),
      postfwd("postfwd1", folder),
      postfwd("postfwd2", folder),
      policydSpf(folder),
      await pythonMilter(folder),
      rspamd(folder),
      rspamdHttp(folder),
      opendmarc(folder, NAME_SERVER),
    ],
    close: async () => {
      await closeNameServer?.();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
