import type { MainCf } from "@fromguard/postfix";
import { visible } from "../report/style.js";
import type { Ports } from "./ports.js";
import type { FoundPostfix } from "./read-postfix.js";

const RESTRICTIONS = "smtpd_sender_restrictions";
const MILTERS = "smtpd_milters";

/**
 * What to set in main.cf so that Postfix asks: ours first, so that nothing lets a sender by before, and then what is there. And in
 * master.cf, where a service has parameters of its own, which win.
 */
export function postfixLines({ config, services }: FoundPostfix, ports: Ports, mainCf: MainCf): string {
  const restriction = `check_policy_service { inet:127.0.0.1:${ports.policy}, timeout=10s, default_action=DEFER }`;
  const milter = `inet:127.0.0.1:${ports.milter}`;
  const values = { [RESTRICTIONS]: restriction, [MILTERS]: milter };
  const joined = (name: keyof typeof values, from: MainCf) =>
    visible([values[name], ...(from.get(name) === "" ? [] : [from.get(name)])].join(", "));
  const own = services.flatMap(({ service, config: of }) => {
    const set = ([RESTRICTIONS, MILTERS] as const).filter((name) =>
      service.overrides.some((each) => each.name === name),
    );
    if (set.length === 0) return [];
    const options = set.map((name) => `  -o { ${name} = ${joined(name, of)} }\n`);
    return `# master.cf, ${visible(service.name)}, in place of its own\n${options.join("")}`;
  });
  const rewriting = config.get("local_header_rewrite_clients") === "" ? "" : "local_header_rewrite_clients =\n";
  return `# main.cf
${RESTRICTIONS} = ${joined(RESTRICTIONS, mainCf)}
${MILTERS} = ${joined(MILTERS, mainCf)}
milter_default_action = tempfail
${rewriting}${own.join("")}`;
}
