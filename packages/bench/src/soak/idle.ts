import { setTimeout as delay } from "node:timers/promises";
import { type MessageSteps, milterAsker, milterQuestions } from "../servers/milter-asker.js";
import { policyAsker, policyQuestions } from "../servers/policy-asker.js";
import type { Asker, Question } from "../servers/question.js";
import { type Protocol, SoakedDaemon } from "./daemon.js";

/** What idle connections cost. */
export interface Idle {
  readonly connections: number;
  /** Resident memory of the daemon before it had one, and with all of them. */
  readonly beforeMegabytes: number;
  readonly withMegabytes: number;
  /** Answers that were wrong, of one question on each connection. */
  readonly wrong: number;
}

/** Connections that are made at one time. */
const BATCH = 100;
/** Milliseconds for the daemon to come to rest. */
const REST_MS = 3000;

/** A message without an event: what is left of it is the ABORT that ends the one before, which Postfix sends at once. */
const NOTHING: MessageSteps = [];

/** Opens connections, asks one question on each, as every smtpd does that has had a client, and leaves them idle. */
export async function idle(protocol: Protocol, connections: number): Promise<Idle> {
  const daemon = await SoakedDaemon.start({ workers: 1, maxConnections: connections });
  try {
    const beforeMegabytes = daemon.residentMegabytes("Rss");
    const address = daemon.address(protocol, "tcp");
    const { askers, wrong } =
      protocol === "policy"
        ? await openAll(() => policyAsker(address), policyQuestions(), undefined, connections)
        : await openAll(() => milterAsker(address), milterQuestions(), NOTHING, connections);
    await delay(REST_MS);
    const open = askers.filter(({ isOpen }) => isOpen).length;
    const withMegabytes = daemon.residentMegabytes("Rss");
    for (const asker of askers) asker.close();
    return { connections: open, beforeMegabytes, withMegabytes, wrong };
  } finally {
    await daemon.stop();
  }
}

async function openAll<Payload>(
  connect: () => Promise<Asker<Payload>>,
  questions: readonly Question<Payload>[],
  last: Payload | undefined,
  connections: number,
) {
  const askers: Asker<Payload>[] = [];
  let wrong = 0;
  const openOne = async () => {
    const asker = await connect();
    const { payload, expected } = questions[askers.push(asker) % questions.length] as Question<Payload>;
    const said = await new Promise((resolve) => asker.ask(payload, resolve));
    if (said !== expected) wrong++;
    if (last !== undefined) await new Promise((resolve) => asker.ask(last, resolve));
  };
  while (askers.length < connections) await Promise.all(Array.from({ length: BATCH }, openOne));
  return { askers, wrong };
}
