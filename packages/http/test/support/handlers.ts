import { createGuard, fail, pass, type Rule, rule } from "@fromguard/core";
import { createHandler, type FetchOptions, type Right, type Token } from "../../src/index.js";

export const PASSES = rule("passes", [], () => pass());

/** Ann owns her own address; eve's database is down. The evidence names who owns it. */
const OWNS_ENVELOPE = rule("owns-envelope", ["login", "envelopeFrom"], ({ login, envelopeFrom }) => {
  if (login === "eve") throw new Error("database down");
  const own = envelopeFrom.kind === "mailbox" && envelopeFrom.mailbox.localPart === login;
  return own ? pass() : fail("envelope-not-owned", { login: login ?? "", result: "the-real-owner" });
});

export function handlerOf(options: Partial<FetchOptions> = {}, rules: readonly Rule[] = [OWNS_ENVELOPE]) {
  return createHandler({ guard: createGuard({ rules }), ...options });
}

export function token(name: string, ...rights: readonly Right[]): Token {
  return { name, secret: secretOf(name), rights };
}

export function secretOf(name: string): string {
  return `${name}-`.padEnd(32, "x");
}

export function bearer(name: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${secretOf(name)}` };
}

export function get(path: string, headers: Readonly<Record<string, string>> = {}): Request {
  return new Request(`http://localhost${path}`, { headers });
}

export const JSON_TYPE = { "content-type": "application/json" };

export function post(path: string, body: BodyInit, headers: Readonly<Record<string, string>> = JSON_TYPE): Request {
  return new Request(`http://localhost${path}`, { method: "POST", headers, body, duplex: "half" } as RequestInit);
}

export const HONEST = { login: "ann", envelopeFrom: "ann@example.com" };
export const FORGED = { login: "ann", envelopeFrom: "bob@example.com" };
