import {
  bodyUnambiguous,
  type Code,
  codes,
  createGuard,
  type Decision,
  facts,
  headerOriginatorsOwned,
  LIST_BLIND_TO,
  loginOwnsEnvelope,
  type OriginatorPreset,
  type Ownership,
  ownedAddresses,
  readHeaderList,
  readMessage,
} from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { THREATS, type Threat } from "./threats.js";

const ownership: Ownership = ownedAddresses({ ann: ["ann@example.com"], bob: ["bob@example.com"] });

const octets = (text: string) => Buffer.from(text, "latin1");
const octetsOf = ({ header, body = "hello\r\n" }: Threat) => octets(`${header}\r\n${body}`);

const given = ({ envelopeFrom = "ann@example.com" }: Threat) => ({ login: "ann", envelopeFrom });

/** Where only the envelope is there, as at MAIL FROM and behind the policy protocol. */
function atMail(threat: Threat): Promise<Decision> {
  return createGuard({ rules: [loginOwnsEnvelope({ ownership })] }).check(facts(given(threat)));
}

function guardOf(preset: OriginatorPreset, withBody: boolean) {
  const body = withBody ? [bodyUnambiguous({ ownership, preset })] : [];
  return createGuard({
    rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership, preset }), ...body],
  });
}

/** Where the octets are there: HTTP, Haraka, ZoneMTA, smtp-server. */
function byOctets(threat: Threat, preset: OriginatorPreset = "default"): Promise<Decision> {
  return guardOf(preset, true).check(facts({ ...given(threat), ...readMessage(octetsOf(threat)) }));
}

/** Where an MTA gives names and values. */
function byMilter(threat: Threat): Promise<Decision> {
  const fields = threat.header
    .split(/\r\n(?![ \t])/)
    .filter((field) => field.includes(":"))
    .map((field): [Uint8Array, Uint8Array] => {
      const colon = field.indexOf(":");
      return [octets(field.slice(0, colon)), octets(field.slice(colon + 1))];
    });
  return guardOf("default", false).check(facts({ ...given(threat), headers: readHeaderList(fields) }));
}

const word = ({ action, code }: Decision, expected: string) =>
  action === "accept" ? "accepted" : code === expected ? "refused" : `\`${code}\``;

async function rowOf(threat: Threat): Promise<string> {
  const [whole, strict, lenient, envelope, milter] = await Promise.all([
    byOctets(threat),
    byOctets(threat, "strict"),
    byOctets(threat, "lenient"),
    atMail(threat),
    byMilter(threat),
  ]);
  const code = strict.code;
  const cells = [
    threat.name,
    `\`${code}\``,
    ...[strict, whole, lenient].map((decision) => word(decision, code)),
    envelope.action === "accept" ? "" : word(envelope, code),
    LIST_BLIND_TO.some((blind) => blind === code) ? "as the MTA reads it" : word(milter, code),
  ];
  return `| ${cells.join(" | ")} |\n`;
}

const HEAD = `# Threats

Ann logs in, owns \`ann@example.com\` and nothing else, and tries to show somebody else. This table is written by running the rules \`login-owns-envelope\`,
\`header-originators-owned\` and \`body-unambiguous\` on a message of each kind, as \`packages/fromguard/test/docs/threats.ts\` has them.

* strict, default, lenient: what the presets of [stances](rules.md) say to the octets of the message, as HTTP, Haraka, ZoneMTA, smtp-server and Stalwart tell them. A code instead of *refused* is another one than in the second column.
* MAIL: refused before the message is sent, as by the policy protocol, which sees nothing else.
* milter: what Postfix or Sendmail hand over is names and values, without the body. *As the MTA reads it*: it has ended lines and told fields apart by then, and hands on what it took for fields; what of the threat is still there is judged.

A refusal has the reply of its [code](codes.md).

| threat | code | strict | default | lenient | MAIL | milter |
|---|---|---|---|---|---|---|
`;

describe("docs/threats.md", () => {
  it("says of each threat where it is refused", async () => {
    const rows = await Promise.all(THREATS.map(rowOf));
    await expect(`${HEAD}${rows.join("")}`).toMatchFileSnapshot("../../../../docs/threats.md");
  });

  it.each(THREATS.map((threat) => [threat.name, threat] as const))(
    "%s: refused by the preset strict, by a code",
    async (_name, threat) => {
      const { action, code } = await byOctets(threat, "strict");
      expect([action, Object.keys(codes)]).toEqual(["reject", expect.arrayContaining<Code | string>([code])]);
    },
  );
});
