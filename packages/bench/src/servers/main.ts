import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { httpAsker, httpQuestions } from "./http-asker.js";
import { milterAsker, milterQuestions } from "./milter-asker.js";
import { nodeSubjects } from "./node-subjects.js";
import { openPeers } from "./peers/peers.js";
import { pinLoad } from "./pinned.js";
import { policyAsker, policyQuestions } from "./policy-asker.js";
import { type Table, tableOf, toMarkdown, toText } from "./report.js";
import { allocation, measure, type Questions } from "./rounds.js";
import type { Protocol, Subject, Transport } from "./subject.js";

const OPTIONS = {
  rounds: { type: "string", default: "9" },
  "time-ms": { type: "string", default: "500" },
  connections: { type: "string", default: "1,16,64" },
  transports: { type: "string", default: "tcp,unix" },
  protocols: { type: "string", default: "policy,milter,http" },
  only: { type: "string", default: "" },
  markdown: { type: "boolean", default: false },
} as const;

/** What is measured, and how it is printed. */
interface Plan {
  readonly rounds: number;
  readonly timeMs: number;
  readonly connections: readonly number[];
  readonly transports: readonly Transport[];
  /** Only subjects whose name holds this text, beside the bare servers. */
  readonly only: string;
  readonly print: (table: Table) => void;
}

const ALLOCATION_DECISIONS = 1000;

/** Measures the servers side by side, and prints a table for each protocol, transport and number of connections. */
export async function benchServers(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const plan: Plan = {
    rounds: Number(values.rounds),
    timeMs: Number(values["time-ms"]),
    connections: parts(values.connections).map(Number),
    transports: parts(values.transports) as Transport[],
    only: values.only,
    print: (table) => console.log(values.markdown ? toMarkdown(table) : toText(table)),
  };
  await pinLoad();
  const [cpu] = cpus();
  const machine = `${cpus().length} cores, ${cpu?.model.trim() ?? "unknown"}, node ${process.version}`;
  console.log(`${machine}, ${plan.rounds} rounds of ${plan.timeMs} ms, load average ${loadavg()[0]?.toFixed(1)}\n`);
  const peers = await openPeers();
  try {
    const subjects = [...nodeSubjects(), ...peers.subjects];
    for (const protocol of parts(values.protocols) as Protocol[]) {
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
  { transports, connections, rounds, timeMs, only, print }: Plan,
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

function parts(text: string): string[] {
  return text.split(",").filter((part) => part !== "");
}
