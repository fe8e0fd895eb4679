import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listAttempts, listConfigurations } from "./match-list-cases.js";
import { ZoneServer } from "./name-server.js";
import { whyNotRun } from "./peers.js";
import { ZONE } from "./smtpd-attempts.js";
import { SmtpdPeer } from "./smtpd-peer.js";

/** Decisions to compare; `npm run long` asks for more. */
const DECISIONS = Number(process.env.DECISIONS ?? 200);
const SEED = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 31));
const SMTPDS = 10;
const ATTEMPTS = 20;
const ROUNDS = Math.ceil(DECISIONS / (SMTPDS * ATTEMPTS));

const reason = whyNotRun(["postfix", "unshare"]);

describe.skipIf(reason !== undefined)("lists of networks and domains hold the same for a running smtpd", () => {
  let dns: ZoneServer;
  beforeAll(async () => {
    dns = await ZoneServer.start(ZONE);
  });
  afterAll(() => dns?.stop());

  it(
    "with files, tables, exclusions, networks and what is none",
    async () => {
      const different: unknown[] = [];
      const replies = new Map<string, number>();
      for (let seed = SEED; seed < SEED + ROUNDS; seed += 1) {
        const [configuration] = fc.sample(listConfigurations(SMTPDS), { seed, numRuns: 1 });
        const { mainCf, smtpds } = configuration!;
        const attempts = fc.sample(listAttempts, { seed, numRuns: SMTPDS * ATTEMPTS });
        const peer = await SmtpdPeer.start(configuration!, dns.address);
        const compare = async ([name, overrides]: readonly [string, object], at: number): Promise<void> => {
          const asked = attempts.slice(at * ATTEMPTS, (at + 1) * ATTEMPTS);
          for (const { attempt, real, ours } of await peer.compare(name, asked)) {
            const outcome = real.replace(/<.*?>/g, "");
            replies.set(outcome, (replies.get(outcome) ?? 0) + 1);
            if (real !== ours) different.push({ seed, mainCf, overrides, attempt, real, ours });
          }
        };
        try {
          await Promise.all(Object.entries(smtpds).map(compare));
        } finally {
          await peer.stop();
        }
      }
      expect(different.slice(0, 5)).toEqual([]);
      const total = [...replies.values()].reduce((sum, count) => sum + count, 0);
      console.log(`${total} decisions of ${ROUNDS * SMTPDS} smtpds, ${replies.size} replies, seed ${SEED}`);
      expect(total).toBeGreaterThan((ROUNDS * SMTPDS * ATTEMPTS) / 2);
    },
    DECISIONS * 50 + 120_000,
  );
});
