import type { Evidence } from "../verdict/evidence.js";
import type { Directory } from "./directory.js";
import { type LoginRule, ownerLogin } from "./login-rule.js";
import type { Answer } from "./ownership.js";

/**
 * A source that is asked for the login that owns, of the login that the transport tells: see {@link ownerLogin}. The evidence names
 * the login as told, and the master user where there is one.
 */
export function withLoginRule(source: Directory, rule: LoginRule): Directory {
  const ownerOf = (told: string) => ownerLogin({ authentication: told }, rule);
  return {
    name: source.name,
    ask(told, questions, options) {
      const { login, master } = ownerOf(told);
      const answers = source.ask(login, questions, options);
      if (login === told && master === undefined) return answers;
      const tell = (all: readonly Answer[]) =>
        all.map((answer): Answer => ({ ...answer, evidence: () => toldOf(answer.evidence(), told, login, master) }));
      return "then" in answers ? answers.then(tell) : tell(answers);
    },
    owners: (address, options) => source.owners(address, options),
    addresses: (told, options) => source.addresses(ownerOf(told).login, options),
    remedies: (told, address) => source.remedies?.(ownerOf(told).login, address) ?? [],
  };
}

function toldOf(evidence: Evidence, told: string, login: string, master: string | undefined): Evidence {
  const said = master === undefined ? `${told} owns as ${login}` : `${master} logged in as ${login}`;
  return { ...evidence, login: told, detail: evidence.detail === undefined ? said : `${said}; ${evidence.detail}` };
}
