import { onTestFinished } from "vitest";
import { Daemon } from "../peers/daemon.js";
import { PolicyConnection } from "./policy-connection.js";

/** What {@link twoWorkers} serve; everything has a default but the map, which is of the type pcre. */
interface Serving {
  readonly senders: string;
  readonly listeners?: readonly string[];
  readonly rules?: string;
  readonly more?: string;
}

/** A daemon with two workers, a process of its own that stops at the end of the test. */
export async function twoWorkers(
  cli: string,
  {
    senders,
    listeners = ["policy: unix:@DIR@/p.sock", "policy: 127.0.0.1:0"],
    rules = "[require-login, login-owns-envelope]",
    more = "",
  }: Serving,
) {
  const daemon = await Daemon.start({
    cli,
    files: { senders },
    config: `workers: 2
user: root
metrics: 127.0.0.1:0
listeners:
${listeners.map((listener) => `  - ${listener}\n`).join("")}ownership:
  - login-map: pcre:@DIR@/senders
rules: ${rules}
${more}`,
    ready: /"event":"ready"/,
  });
  onTestFinished(() => daemon.stop());
  const addresses = daemon.events.filter(({ kind }) => kind === "policy").map(({ address }) => String(address));
  const connect = async (address = addresses[0] ?? "") => {
    const connection = await PolicyConnection.open(address);
    onTestFinished(() => connection.close());
    return connection;
  };
  const metrics = async () => {
    const address = daemon.events.find(({ kind }) => kind === "metrics")?.address;
    const text = await (await fetch(`http://${address}/metrics`)).text();
    return (sample: string) =>
      Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${sample} `))
          ?.split(" ")
          .at(-1),
      );
  };
  return { daemon, addresses, connect, metrics };
}
