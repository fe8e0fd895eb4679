import type { Grantee, Origin, Right, Statement, Target } from "@fromguard/core";
import type { z } from "zod";
import type { Pace } from "../files/pace.js";
import type { YamlNode } from "../yaml/yaml-document.js";
import type { Collector } from "./collector.js";
import { parseExpiry } from "./expiry.js";
import { type GrantsFile, listed, outside, type Step, type Text } from "./grants-file.js";
import { domainSchema, entrySchema, groupSchema, isPlainEntry, memberSchema } from "./schema.js";
import { coversPart, coversTarget } from "./scope.js";
import { readAddress, readDomain, readTarget } from "./targets.js";

type Entry = z.output<typeof entrySchema>;
/** Spread last: V8 makes a hidden class of its own for each object that begins with a spread and goes on with other keys. */
type Located = Statement & { readonly origin: Origin };

/** Reads the statements of one file. */
export class EntryReader {
  readonly #file: GrantsFile;
  readonly #into: Collector;
  readonly #pace: Pace;
  readonly #source: string;

  constructor(file: GrantsFile, into: Collector, pace: Pace) {
    this.#file = file;
    this.#into = into;
    this.#pace = pace;
    this.#source = `grants:${file.document.file}`;
  }

  async read(): Promise<void> {
    const { parts, document } = this.#file;
    const nodes = new Map(document.root?.children());
    await this.#each(parts.domains ?? {}, nodes.get("domains"), { part: "domains" }, this.#domain);
    await this.#each(parts.groups ?? {}, nodes.get("groups"), { part: "groups" }, this.#group);
    await this.#each(parts.grants ?? [], nodes.get("grants"), { part: "grants" }, this.#entry);
  }

  /**
   * Calls for each value of a list or map, in slices. What stands behind an alias has the place of the alias. A list is walked
   * beside its nodes: there may be a hundred thousand.
   */
  async #each(
    values: readonly unknown[] | Readonly<Record<string, unknown>>,
    node: YamlNode | undefined,
    up: Step,
    work: (value: unknown, node: YamlNode, at: Step) => void,
  ): Promise<void> {
    if (node === undefined) return;
    const isList = Array.isArray(values);
    const children = node.children()[Symbol.iterator]();
    const byKey = isList ? undefined : new Map(node.children());
    for (const [part, value] of isList ? values.entries() : Object.entries(values)) {
      const child = byKey === undefined ? children.next().value?.[1] : byKey.get(part);
      work(value, child ?? node, { up, part });
      if (this.#pace.isDue()) await this.#pace.turn();
    }
  }

  readonly #domain = (value: unknown, node: YamlNode, at: Step): void => {
    const options = this.#file.valid(domainSchema, value, at);
    const domain = this.#ruled(String(at.part), at);
    const statement = this.#statement(options, node, at);
    const { subaddress, "local-part": localPartCase, "ignore-dots": ignoreDots } = options;
    this.#into.domain(domain, statement.origin);
    this.#into.rule({
      ...statement,
      domain,
      ...(subaddress === undefined ? {} : { subaddress }),
      ...(localPartCase === undefined ? {} : { localPartCase }),
      ...(ignoreDots === undefined ? {} : { ignoreDots }),
    });
    for (const [text, place] of listed(options, "alias-domains", at)) {
      const alias = this.#ruled(text, place);
      if (alias === domain) throw this.#file.fault(`${alias} is an alias of itself`, place);
      this.#into.domain(alias, statement.origin);
      this.#into.rule({ ...statement, domain: alias, aliasOf: domain });
    }
  };

  readonly #group = (value: unknown, node: YamlNode, at: Step): void => {
    const group = String(at.part);
    if (group === "") throw this.#file.fault("the name of a group is empty", at);
    this.#into.defineGroup(group, this.#origin(node));
    // Members are checked one by one, so that the fault is that of the first.
    const members: readonly unknown[] = Array.isArray(value) ? value : this.#file.valid(groupSchema, value, at);
    const places = new Map(node.children());
    for (const [part, each] of members.entries()) {
      const place = { up: at, part };
      const member = this.#file.valid(memberSchema, each, place);
      const options = typeof member === "string" ? {} : member;
      const statement = this.#statement(options, places.get(part) ?? node, place);
      this.#into.membership({ member: this.#member(member, place), group, ...statement });
    }
  };

  #member(member: z.output<typeof memberSchema>, at: Step): Grantee {
    if (typeof member !== "string") {
      const { login, group } = member;
      return login === undefined ? { kind: "group", group: group ?? "" } : { kind: "login", login };
    }
    if (!member.startsWith("group:")) return { kind: "login", login: member };
    if (member === "group:") throw this.#file.fault("names no group: write group:NAME", at);
    return { kind: "group", group: member.slice("group:".length) };
  }

  readonly #entry = (value: unknown, node: YamlNode, at: Step): void => {
    const entry = isPlainEntry(value) ? value : this.#file.valid(entrySchema, value, at);
    const statement = this.#statement(entry, node, at);
    if (entry.alias !== undefined) {
      this.#alias(entry, statement, at);
      return;
    }
    const grantees = granteesOf(entry);
    this.#send(grantees, "send-as", listed(entry, "send-as", at), statement);
    this.#send(grantees, "send-on-behalf", listed(entry, "on-behalf", at), statement);
    this.#receive(grantees, true, listed(entry, "mailbox", at), statement);
    this.#receive(grantees, false, listed(entry, "receives", at), statement);
    this.#catchAll(grantees, listed(entry, "catch-all", at), statement);
  };

  #send(grantees: readonly Grantee[], right: Right, texts: readonly Text[], statement: Located): void {
    for (const [text, place] of texts) {
      const target = this.#inScope(this.#file.ok(readTarget(text), place), statement, place);
      for (const grantee of grantees) this.#into.grant({ grantee, right, target, ...statement });
    }
  }

  #receive(grantees: readonly Grantee[], maySend: boolean, texts: readonly Text[], statement: Located): void {
    for (const [text, place] of texts) {
      if (text.startsWith("@")) throw this.#file.fault("must be an address: a pattern has no mailbox", place);
      const target = this.#inScope(this.#address(text, place), statement, place);
      for (const to of grantees) if (to.kind === "login") this.#into.delivery({ target, to, maySend, ...statement });
    }
  }

  /** A login receives what comes to a catch-all; a group may only send. */
  #catchAll(grantees: readonly Grantee[], texts: readonly Text[], statement: Located): void {
    for (const [text, place] of texts) {
      const domain = this.#file.ok(readDomain(text.replace(/^@/, "")), place);
      const target = this.#inScope({ kind: "catch-all", domain } as const, statement, place);
      for (const grantee of grantees) {
        if (grantee.kind === "group") this.#into.grant({ grantee, right: "send-as", target, ...statement });
        else this.#into.delivery({ target, to: grantee, maySend: true, ...statement });
      }
    }
  }

  #alias(entry: Entry, statement: Located, at: Step): void {
    const targets = listed(entry, "alias", at).map(([text, place]) =>
      this.#inScope(this.#address(text, place), statement, place),
    );
    for (const [text, place] of listed(entry, "of", at)) {
      const to = this.#address(text, place);
      this.#into.domain(to.address.domain.ascii, statement.origin);
      for (const target of targets) this.#into.delivery({ target, to, maySend: true, ...statement });
    }
  }

  #address(text: string, at: Step): Extract<Target, { readonly kind: "address" }> {
    return { kind: "address", address: this.#into.shared(this.#file.ok(readAddress(text), at)) };
  }

  #inScope<T extends Target>(target: T, { scope, origin }: Located, at: Step): T {
    this.#into.domain(target.kind === "address" ? target.address.domain.ascii : target.domain, origin);
    if (coversTarget(scope, target)) return target;
    throw this.#file.fault(outside(scope ?? []), at);
  }

  /** A domain that may have rules here. */
  #ruled(text: string, at: Step): string {
    const { scope } = this.#file;
    const domain = this.#file.ok(readDomain(text), at);
    if (coversPart(scope, domain)) return domain;
    throw this.#file.fault(outside(scope ?? []), at);
  }

  #statement(
    { expires, reason, scope }: Pick<Entry, "expires" | "reason" | "scope">,
    node: YamlNode,
    at: Step,
  ): Located {
    const reach = this.#file.scopeOf({ scope }, at);
    const origin = this.#origin(node);
    // Most statements have nothing of their own.
    if (reach === undefined && expires === undefined && reason === undefined) return { origin };
    return {
      ...(reach === undefined ? {} : { scope: reach }),
      ...(expires === undefined ? {} : { expires: parseExpiry(expires) ?? 0 }),
      ...(reason === undefined ? {} : { reason }),
      origin,
    };
  }

  #origin(node: YamlNode): Origin {
    const { line, column } = node.position;
    return { source: this.#source, file: this.#file.document.file, line, column };
  }
}

function granteesOf({ login, logins = [], group, groups = [] }: Entry): readonly Grantee[] {
  // Most entries name one login.
  if (login !== undefined) return [{ kind: "login", login }];
  return [
    ...logins.map((each): Grantee => ({ kind: "login", login: each })),
    ...(group === undefined ? groups : [group]).map((each): Grantee => ({ kind: "group", group: each })),
  ];
}
