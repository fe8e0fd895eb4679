import { cpus, loadavg } from "node:os";
import { httpAsker, httpQuestions } from "./http-asker.js";
import { milterAsker, milterQuestions } from "./milter-asker.js";
import { nodeSubjects } from "./node-subjects.js";
import { openPeers } from "./peers/peers.js";
import { pinLoad } from "./pinned.js";
import { type Plan, readPlan, USAGE } from "./plan.js";
import { policyAsker, policyQuestions } from "./policy-asker.js";
import { type Table, tableOf, toMarkdown, toText } from "./report.js";
import { allocation, measure, type Questions } from "./rounds.js";
import type { Protocol, Subject } from "./subject.js";

const ALLOCATION_DECISIONS = 1000;

/** Measures the servers side by side, and prints a table for each protocol, transport and number of connections. */
export async function benchServers(args: readonly string[]): Promise<void> {
  const plan = readPlan(args);
  if (plan === "help") {
    console.log(USAGE);
    return;
  }
  await pinLoad();
  const [cpu] = cpus();
  const machine = `${cpus().length} cores, ${cpu?.model.trim() ?? "unknown"}, node ${process.version}`;
  console.log(`${machine}, ${plan.rounds} rounds of ${plan.timeMs} ms, load average ${loadavg()[0]?.toFixed(1)}\n`);
  const peers = await openPeers();
  try {
    const subjects = [...nodeSubjects(), ...peers.subjects];
    for (const protocol of plan.protocols) {
      if (protocol === "policy") await benchProtocol("policy", subjects, POLICY, plan);
      else if (protocol === "http") await benchProtocol("http", subjects, HTTP, plan);
      else await benchProtocol("milter", subjects, MILTER, plan);
    }
  } finally {
    await peers.close();
  }
}

const POLICY = { questions: policyQuestions(), connect: policyAsker };
const HTTP = { questions: httpQuestions(), connect: httpAsker };
const MILTER = { questions: milterQuestions(), connect: milterAsker };

async function benchProtocol<Payload>(
  protocol: Protocol,
  subjects: readonly Subject[],
  questions: Questions<Payload>,
  { transports, connections, rounds, timeMs, only, markdown }: Plan,
): Promise<void> {
  const [bare, ...others] = subjects.filter((subject) => subject.protocol === protocol);
  if (bare === undefined) throw new Error(`nothing speaks ${protocol}`);
  const chosen = others.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) {
    console.log(
      `${protocol}: no server has ${only} in its name; there are ${others.map(({ name }) => name).join(", ")}\n`,
    );
    return;
  }
  const print = (table: Table) => console.log(markdown ? toMarkdown(table) : toText(table));
  const compared = [bare, ...chosen];
  for (const transport of transports) {
    for (const count of connections) {
      const results = await measure(compared, questions, { transport, connections: count, rounds, timeMs });
      print(tableOf(`${protocol}, ${transport}, ${count} connections`, results));
    }
  }
  print(await allocationTable(protocol, questions));
}

async function allocationTable<Payload>(protocol: Protocol, questions: Questions<Payload>): Promise<Table> {
  const rows: string[][] = [];
  let bare: number | undefined;
  for (const subject of nodeSubjects({ room: true }).filter((each) => each.protocol === protocol)) {
    const octets = await allocation(subject, questions, ALLOCATION_DECISIONS);
    bare ??= octets;
    rows.push([subject.name, Math.round(octets).toLocaleString("en"), (octets / bare).toFixed(2)]);
  }
  return { title: `${protocol}, heap allocated`, head: ["server", "octets a decision", "of bare"], rows };
}
