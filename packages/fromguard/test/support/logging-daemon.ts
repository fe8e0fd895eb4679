import { onTestFinished } from "vitest";
import { Daemon } from "../peers/daemon.js";
import { linesWith } from "./log-lines.js";
import { PolicyConnection } from "./policy-connection.js";

/** A daemon, a process of its own, that logs into a file of its folder and has refused one question; `ask` asks it again. */
export async function loggingDaemon(
  cli: string,
  {
    workers = 1,
    destination = "@DIR@/fromguard.log",
  }: { readonly workers?: number; readonly destination?: string } = {},
) {
  const daemon = await Daemon.start({
    cli,
    config: `workers: ${workers}
user: root
listeners: [{ policy: "unix:@DIR@/p.sock" }]
ownership: [{ login-map: "inline:{ann@example.com=ann}" }]
rules: [login-owns-envelope]
log: { destination: "${destination}" }
`,
    ready: /warning: /,
  });
  onTestFinished(() => daemon.stop());
  const log = `${daemon.folder}/fromguard.log`;
  await linesWith(log, "ready");
  const connection = await PolicyConnection.open(`unix:${daemon.folder}/p.sock`);
  onTestFinished(() => connection.close());
  const ask = () => connection.ask("bob", "ann@example.com");
  await ask();
  return { daemon, log, ask, lines: await linesWith(log, "decision") };
}
