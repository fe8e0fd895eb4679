import type { FoundPostfix } from "./read-postfix.js";

/** The ports of a policy listener and of a milter listener. */
export interface Ports {
  readonly policy: number;
  readonly milter: number;
}

const FIRST_PORT = 10040;

/** The first ports from 10040 on that neither main.cf nor master.cf names. */
export function freePorts({ config, services }: Pick<FoundPostfix, "config" | "services">): Ports {
  const named = [
    ...[config, ...services.map((each) => each.config)].flatMap((each) => each.names.map((name) => each.get(name))),
    ...services.map(({ service }) => service.name),
  ];
  const taken = new Set(named.flatMap((text) => text.match(/\d+/g) ?? []));
  let next = FIRST_PORT;
  const take = () => {
    while (taken.has(String(next))) next += 1;
    return next++;
  };
  return { policy: take(), milter: take() };
}
