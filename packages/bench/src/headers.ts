import { createGuard, facts, headerOriginatorsOwned, ownedAddresses, readMessage } from "@fromguard/core";
import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";
import { FORMS, type Form, message, submission } from "./messages.js";
import { quartiles } from "./quartiles.js";
import type { Subject } from "./subjects.js";

const MAILS = 50;

/** A header section is parsed, and here judged as well: one message of each sender, no body. */
export function headerSubjects(): readonly Subject[] {
  const mails = Array.from({ length: MAILS }, (_, index) => ({ raw: submission(index), login: `user${index}` }));
  const judge = judgeBy(Object.fromEntries(mails.map(({ login }) => [login, [`${login}@example.com`]])));
  return [
    {
      name: "fromguard, parsed and judged",
      lookups: MAILS,
      run: () => {
        for (const { raw, login } of mails) judge(raw, login);
      },
    },
    {
      name: "postal-mime, parsed",
      lookups: MAILS,
      run: async () => {
        for (const { raw } of mails) {
          if ((await PostalMime.parse(raw)).from === undefined) throw new Error("postal-mime: no From");
        }
      },
    },
    {
      name: "mailparser, parsed",
      lookups: MAILS,
      run: async () => {
        for (const { raw } of mails) {
          if ((await simpleParser(Buffer.from(raw))).from === undefined) throw new Error("mailparser: no From");
        }
      },
    },
  ];
}

/** Octets of a header section, and nanoseconds that each octet takes to parse and judge. */
export interface Cost {
  readonly form: Form;
  readonly perOctet: readonly { readonly octets: number; readonly nanoseconds: number }[];
}

/** Octets that a measurement of small messages reads: one of them alone would be read before its code is compiled. */
const MEASURED_OCTETS = 200_000;

/** The cost of one message against its size, for each form that a header section may be blown up in; limits are out of the way. */
export function headerCosts(sizes: readonly number[], rounds: number): readonly Cost[] {
  const judge = judgeBy({ user0: ["user0@example.com"] });
  return FORMS.map((form) => ({
    form,
    perOctet: sizes.map((size) => {
      const raw = message(form, size);
      const again = Math.max(1, Math.round(MEASURED_OCTETS / size));
      const times = Array.from({ length: rounds + 1 }, () => {
        const begun = performance.now();
        for (let time = 0; time < again; time++) judge(raw, "user0");
        return (performance.now() - begun) / again;
      });
      return { octets: raw.length, nanoseconds: (quartiles(times.slice(1)).median * 1e6) / raw.length };
    }),
  }));
}

/** Out of the way of what is measured. */
const LIMITS = {
  maxHeaderOctets: Number.MAX_SAFE_INTEGER,
  maxLineOctets: Number.MAX_SAFE_INTEGER,
  maxFields: Number.MAX_SAFE_INTEGER,
  maxMailboxes: Number.MAX_SAFE_INTEGER,
  maxNesting: Number.MAX_SAFE_INTEGER,
};

function judgeBy(owned: Readonly<Record<string, readonly string[]>>): (raw: Uint8Array, login: string) => void {
  const guard = createGuard({
    rules: [
      headerOriginatorsOwned({
        ownership: ownedAddresses(owned),
      }),
    ],
  });
  return (raw, login) => {
    const { headers } = readMessage(raw, LIMITS);
    const decision = guard.decide(facts({ login, headers }));
    if (decision instanceof Promise || decision.action !== "accept")
      throw new Error(`refused: ${JSON.stringify(decision)}`);
  };
}
