import { codes } from "@fromguard/core";
import { bundleCli } from "../support/bundle-cli.js";
import { Daemon } from "./daemon.js";
import { type EditCase, GRANTS, RULES } from "./edit-cases.js";
import { freePorts } from "./postfix.js";

/** The name of the rules of one daemon. */
export type RulesName = keyof typeof RULES;

/** One daemon for each of the rules of the edit cases, each with a milter. */
export class EditDaemons {
  /** The milters' ports. */
  readonly ports: Readonly<Record<RulesName, number>>;
  readonly #daemons: Daemon[] = [];

  private constructor(ports: Readonly<Record<RulesName, number>>) {
    this.ports = ports;
  }

  static async start(): Promise<EditDaemons> {
    const cli = await bundleCli();
    const names = Object.keys(RULES) as RulesName[];
    const free = await freePorts(names.length);
    const ports = Object.fromEntries(names.map((name, index) => [name, free[index]])) as Record<RulesName, number>;
    const daemons = new EditDaemons(ports);
    try {
      for (const name of names) daemons.#daemons.push(await startDaemon(cli, name, ports[name]));
    } catch (error) {
      await daemons.stop();
      throw error;
    }
    return daemons;
  }

  async stop(): Promise<void> {
    for (const daemon of this.#daemons) await daemon.stop();
  }
}

function startDaemon(cli: string, name: RulesName, port: number): Promise<Daemon> {
  return Daemon.start({
    cli,
    files: { "grants.yaml": GRANTS, key: "0123456789abcdef" },
    config: `listeners:\n  - milter: 127.0.0.1:${port}\nownership:\n  - grants: "@DIR@/grants.yaml"\nrules:\n${RULES[name]}\n`,
    ready: /"ready"/,
  });
}

/** The body of each message, as it is delivered. */
const BODY = "..stuffed\n\nFrom: none of the header\n";

/** A message to a mailbox of `partner.test`, as it is sent. */
export function messageTo(to: string, header: readonly string[]): string {
  return [...header, `To: ${to}@partner.test`, "", BODY].join("\n").replaceAll("\n", "\r\n");
}

/** What arrives of a case in a mailbox of `partner.test`, below what the MTA puts on top. */
export function arrived({ delivered, added = [] }: EditCase, to: string): readonly string[] {
  return [...delivered, `To: ${to}@partner.test`, ...added, "", BODY];
}

/** How the reply to a case begins where nothing is edited; what is accepted then is queued. */
export function unedited({ code }: EditCase): string {
  if (code === undefined) return "250 ";
  const { reply } = codes[code];
  return `${reply.code} ${reply.enhanced} `;
}
