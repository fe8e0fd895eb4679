import { splitOutsideBraces } from "@fromguard/core";
import type { Attempt } from "@fromguard/postfix";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ZoneServer } from "./name-server.js";
import { whyNotRun } from "./peers.js";
import { attempts, ZONE } from "./smtpd-attempts.js";
import { type Configuration, configurations, SMTPDS } from "./smtpd-cases.js";
import { type Compared, SmtpdPeer } from "./smtpd-peer.js";

/** Decisions to compare; `npm run long` asks for more. */
const DECISIONS = Number(process.env.DECISIONS ?? 600);
const SEED = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 31));
const ATTEMPTS = 40;
const ROUNDS = Math.ceil(DECISIONS / (SMTPDS * ATTEMPTS));

const reason = whyNotRun(["postfix", "postmap", "unshare"]);

describe.skipIf(reason !== undefined)("decisions on generated configurations", () => {
  let dns: ZoneServer;
  beforeAll(async () => {
    dns = await ZoneServer.start(ZONE);
  });
  afterAll(() => dns?.stop());

  it(
    "are those of a running smtpd, command and reply",
    async () => {
      const begun = performance.now();
      let compared = 0;
      let refused = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const seed = SEED + round;
        const [configuration] = fc.sample(configurations, { seed, numRuns: 1 });
        const all = fc.sample(attempts, { seed, numRuns: SMTPDS * ATTEMPTS });
        const each = Object.keys(configuration!.smtpds).map(
          (name, at) => [name, all.slice(at * ATTEMPTS, (at + 1) * ATTEMPTS)] as const,
        );
        const decisions = await compare(configuration!, new Map(each));
        for (const [name, answers] of decisions) {
          const different = answers.find(({ real, ours }) => real !== ours);
          if (different !== undefined)
            expect({ seed, ...(await smallest(configuration!, name, different)) }).toEqual({});
          compared += answers.length;
          refused += ATTEMPTS - answers.length;
        }
      }
      const seconds = (performance.now() - begun) / 1000;
      console.log(
        `${compared} decisions of ${ROUNDS * SMTPDS} smtpds, 0 different, seed ${SEED}, ` +
          `${refused} not asked, ${Math.round(compared / seconds)}/s`,
      );
      expect(refused).toBeLessThan(compared / 5);
    },
    DECISIONS * 50 + 300_000,
  );

  async function compare(
    configuration: Configuration,
    each: ReadonlyMap<string, readonly Attempt[]>,
  ): Promise<ReadonlyMap<string, readonly Compared[]>> {
    const peer = await SmtpdPeer.start(configuration, dns.address);
    try {
      const answers = [...each].map(async ([name, all]) => [name, await peer.compare(name, all)] as const);
      return new Map(await Promise.all(answers));
    } finally {
      await peer.stop();
    }
  }

  /** What is left of an smtpd's parameters and of main.cf when whatever makes no difference is taken away. */
  async function smallest(configuration: Configuration, name: string, found: Compared) {
    let { mainCf } = configuration;
    let overrides = configuration.smtpds[name] ?? {};
    let shown = found;
    for (;;) {
      const smtpds = Object.fromEntries(shorter(overrides).map((less, at) => [`smtpd${at}`, less]));
      const each = Object.keys(smtpds).map((less) => [less, [found.attempt]] as const);
      const answers = each.length === 0 ? [] : await compare({ ...configuration, mainCf, smtpds }, new Map(each));
      const [still, [answer] = []] = [...answers].find(([, [one]]) => one !== undefined && one.real !== one.ours) ?? [];
      if (still === undefined || answer === undefined) break;
      overrides = smtpds[still] ?? {};
      shown = answer;
    }
    for (const parameter of Object.keys(mainCf).filter((one) => !NEEDED.has(one))) {
      const { [parameter]: _, ...less } = mainCf;
      const answers = await compare(
        { ...configuration, mainCf: less, smtpds: { less: overrides } },
        new Map([["less", [found.attempt]]]),
      );
      const answer = answers.get("less")?.[0];
      if (answer === undefined || answer.real === answer.ours) continue;
      mainCf = less;
      shown = answer;
    }
    const named = JSON.stringify([mainCf, overrides]);
    const files = Object.entries(configuration.files).filter(([file]) => new RegExp(`/${file}\\b`).test(named));
    return { mainCf, overrides, files: Object.fromEntries(files), ...shown };
  }
});

/** Without one parameter, or without one word of a list. Left out is what smtpd would not start with. */
function shorter(overrides: Readonly<Record<string, string>>): readonly Readonly<Record<string, string>>[] {
  return Object.entries(overrides)
    .flatMap(([name, value]) => {
      const { [name]: _, ...without } = overrides;
      const words = /_(?:restrictions|class)$/.test(name) ? splitOutsideBraces(value) : [];
      return [without, ...words.map((_, at) => ({ ...overrides, [name]: words.toSpliced(at, 1).join(", ") }))];
    })
    .filter(
      ({ some_class: inClass = "", smtpd_relay_restrictions: relay = "reject_unauth_destination" }) =>
        inClass !== "" && /(?<!warn_if_reject, )reject_unauth_destination$/.test(relay),
    );
}

/** Without these smtpd does not start, or takes no IPv6 client. */
const NEEDED = new Set(["smtpd_restriction_classes", "inet_protocols"]);
