import { askPolicyService, type PolicyTransport } from "../policy/ask-policy-service.js";
import { type PolicyService, readPolicyService } from "../policy/policy-service.js";
import { predefinedClasses } from "../restrictions/registry.js";
import type { Check, Registry, Target } from "../restrictions/restriction.js";
import { accessChecks, implicitChecks } from "./access-checks.js";
import { lookUpAccess } from "./access-maps.js";
import { type AccessResult, actOn, MAX_DEPTH } from "./access-result.js";
import { lookupFailed, type Rejection, type Result, serverError } from "./check-context.js";
import type { Evaluation } from "./evaluation.js";
import { type RestrictionList, readList, type Step } from "./restriction-list.js";
import { lookUpServers } from "./server-access.js";
import type { ListName, Settings } from "./settings.js";

/** What is done where the default action of a policy server asks, in turn, a policy server that fails. */
const LAST_DEFAULT_ACTION = "451 4.3.5 Server configuration problem";

/** Where a list is run: what it judges, and the restriction for which a bare `type:name` in it stands. */
interface Place {
  readonly target: Target;
  readonly implicit: string | undefined;
}

/** Runs restriction lists: each step, until one decides. Lists and classes are read once. */
export class ListRunner {
  readonly #lists = new Map<ListName, RestrictionList>();
  readonly #classes = new Map<string, RestrictionList>();
  readonly #services = new Map<string, PolicyService>();

  constructor(
    private readonly settings: Settings,
    private readonly restrictions: Registry,
    private readonly transport: PolicyTransport,
  ) {
    for (const [name, words] of [...predefinedClasses, ...settings.classes])
      this.#classes.set(name, this.#read(name, words));
    for (const name of Object.keys(settings.lists) as ListName[]) {
      this.#lists.set(name, this.#read(name, settings.lists[name]));
    }
  }

  /** Runs one of the lists of main.cf. */
  run(evaluation: Evaluation, name: ListName, target: Target): Result | Promise<Result> {
    const list = this.#lists.get(name);
    if (list === undefined || list.steps.length === 0) return "dunno";
    return this.#runList(evaluation, list, { target, implicit: implicitChecks[target.replyClass] });
  }

  #read(name: string, words: readonly string[]): RestrictionList {
    return readList(name, words, {
      restrictions: this.restrictions,
      classes: { has: (word) => predefinedClasses.has(word) || this.settings.classes.has(word) },
      policyService: (word) => {
        const known = this.#services.get(word) ?? readPolicyService(word, this.settings.config);
        this.#services.set(word, known);
        return known;
      },
    });
  }

  #runList(evaluation: Evaluation, list: RestrictionList, place: Place): Result | Promise<Result> {
    const outer = evaluation.depth;
    evaluation.depth = outer + 1;
    return this.#runFrom(evaluation, list, place, 0, outer);
  }

  #runFrom(
    evaluation: Evaluation,
    list: RestrictionList,
    place: Place,
    from: number,
    outer: number,
  ): Result | Promise<Result> {
    for (let at = from; at < list.steps.length && !evaluation.discard; at += 1) {
      const step = list.steps[at] as RestrictionList["steps"][number];
      if (step.kind === "warn-if-reject") {
        if (evaluation.warnDepth === 0) evaluation.warnDepth = evaluation.depth;
        continue;
      }
      const told = evaluation.begin(list.name, step.text);
      const result = this.#attempt(evaluation, step, place);
      if (result instanceof Promise) {
        return result.then((late) => {
          evaluation.finish(told, late);
          return this.#ends(evaluation, late)
            ? leave(evaluation, outer, late)
            : this.#runFrom(evaluation, list, place, at + 1, outer);
        });
      }
      evaluation.finish(told, result);
      if (this.#ends(evaluation, result)) return leave(evaluation, outer, result);
    }
    return leave(evaluation, outer, "dunno");
  }

  /** Whether nothing of the list is run behind a step. */
  #ends(evaluation: Evaluation, result: Result): boolean {
    if (result === "end") return true;
    if (evaluation.warnDepth >= evaluation.depth) evaluation.warnDepth = 0;
    return result !== "dunno" || (evaluation.deferIfPermitActive && evaluation.deferIfRejectReason !== undefined);
  }

  /** A restriction that breaks its promise and throws could not answer. */
  #attempt(evaluation: Evaluation, step: Step, place: Place): Result | Promise<Result> {
    const failed = (error: unknown): Result => {
      evaluation.warn(`a restriction failed: ${error instanceof Error ? error.message : String(error)}`);
      return lookupFailed(evaluation, place.target.name);
    };
    try {
      const result = this.#runStep(evaluation, step, place);
      return result instanceof Promise ? result.catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  }

  #runStep(evaluation: Evaluation, step: Step, place: Place): Result | Promise<Result> {
    const { target } = place;
    const rejected = (code: number, dsn: string, why: string): Rejection => ({
      category: "policy",
      code,
      dsn,
      text: `<${target.name}>: ${target.replyClass} rejected: ${why}`,
    });
    switch (step.kind) {
      case "permit":
        ignored(evaluation, step);
        return "ok";
      case "reject":
      case "defer": {
        const code = this.settings.config.int(`${step.kind}_code`);
        const result = evaluation.reject(
          step.kind === "reject"
            ? rejected(code, "5.7.1", "Access denied")
            : rejected(code, "4.3.2", "Try again later"),
        );
        if (evaluation.warnDepth === 0) ignored(evaluation, step);
        return result;
      }
      case "defer-if-permit":
        return evaluation.deferIfPermit(rejected(450, "4.7.0", "defer_if_permit requested"));
      case "defer-if-reject":
        return evaluation.deferIfReject(rejected(450, "4.7.0", "defer_if_reject requested"));
      case "implicit-access":
        return this.#access(evaluation, place.implicit ?? "", step.table, place);
      case "access":
        return this.#access(evaluation, step.name, step.table, place);
      case "policy":
        return this.#policy(evaluation, step, place);
      case "restriction":
        return this.#restriction(evaluation, step.name, step.restriction.check, step.argument, target);
      case "class":
        return this.#class(evaluation, step.name, place);
      case "passed-over":
        evaluation.warn(step.warning);
        return "dunno";
      case "broken":
        evaluation.warn(step.warning);
        return serverError(evaluation);
      default:
        return "dunno";
    }
  }

  #class(evaluation: Evaluation, name: string, place: Place): Result | Promise<Result> {
    const list = this.#classes.get(name);
    if (list !== undefined && evaluation.depth <= MAX_DEPTH) return this.#runList(evaluation, list, place);
    evaluation.warn(`restriction class ${name} causes unreasonable recursion`);
    return serverError(evaluation);
  }

  #restriction(evaluation: Evaluation, name: string, check: Check, argument: string, target: Target) {
    if (name === "reject_unlisted_sender") return this.unlistedSender(evaluation, target);
    if (name === "reject_unlisted_recipient" || name === "check_recipient_maps") {
      return this.unlistedRecipient(evaluation, target);
    }
    return check(evaluation, target, argument);
  }

  /** `reject_unlisted_sender`, once a list: not again where it was evaluated in earnest. */
  unlistedSender(evaluation: Evaluation, target: Target): Result | Promise<Result> {
    if (evaluation.senderListedChecked) return "dunno";
    if (evaluation.warnDepth === 0) evaluation.senderListedChecked = true;
    return this.restrictions.get("reject_unlisted_sender")?.check(evaluation, target, "") ?? "dunno";
  }

  /** `reject_unlisted_recipient`, likewise. */
  unlistedRecipient(evaluation: Evaluation, target: Target): Result | Promise<Result> {
    if (evaluation.recipientListedChecked) return "dunno";
    if (evaluation.warnDepth === 0) evaluation.recipientListedChecked = true;
    return this.restrictions.get("reject_unlisted_recipient")?.check(evaluation, target, "") ?? "dunno";
  }

  #access(evaluation: Evaluation, name: string, table: string, place: Place): Result | Promise<Result> {
    const check = accessChecks.get(name);
    if (check === undefined) return serverError(evaluation);
    const found =
      check.servers === undefined
        ? lookUpAccess(evaluation, name, check, table)
        : lookUpServers(evaluation, check, check.servers, table);
    const act = (access: Awaited<typeof found>): Result | Promise<Result> => {
      if (access.kind === "end") return "end";
      if (access.kind === "none") return "dunno";
      const result = this.#act(evaluation, access.result, place);
      if (!access.isSuspicious && !check.forbidsPermit) return result;
      const judge = (permits: Result): Result => {
        if (permits !== "ok") return permits;
        if (access.isSuspicious) return "dunno";
        return evaluation.discard ? permits : this.#forbidden(evaluation, name, access.result.target.name);
      };
      return result instanceof Promise ? result.then(judge) : judge(result);
    };
    return found instanceof Promise ? found.then(act) : act(found);
  }

  #forbidden(evaluation: Evaluation, name: string, subject: string): Result {
    evaluation.warn(`restriction ${name} returns OK for ${subject}`);
    evaluation.warn("this is not allowed for security reasons");
    evaluation.warn("use DUNNO instead of OK if you want to make an exception");
    return serverError(evaluation);
  }

  #act(evaluation: Evaluation, result: AccessResult, place: Place): Result | Promise<Result> {
    return actOn(evaluation, result, (words) =>
      this.#runList(evaluation, this.#read(`result of ${result.source}`, words), {
        target: result.target,
        implicit: place.implicit,
      }),
    );
  }

  async #policy(
    evaluation: Evaluation,
    { server, service }: Extract<Step, { readonly kind: "policy" }>,
    place: Place,
  ): Promise<Result> {
    const action = await askPolicyService(evaluation, service, this.transport);
    const result = (value: string): AccessResult => ({
      source: server,
      value,
      datum: "policy query",
      target: place.target,
      evidence: { source: server, result: value },
    });
    if (action !== undefined) return this.#act(evaluation, result(action), place);
    evaluation.policyDepth += 1;
    const fallback = evaluation.policyDepth === 1 ? service.defaultAction : LAST_DEFAULT_ACTION;
    const came = await this.#act(evaluation, result(fallback), place);
    evaluation.policyDepth -= 1;
    return came;
  }
}

function leave(evaluation: Evaluation, outer: number, result: Result): Result {
  if (result === "end") return result;
  evaluation.depth = outer;
  if (evaluation.warnDepth >= outer) evaluation.warnDepth = 0;
  return result;
}

function ignored(evaluation: Evaluation, step: { readonly kind: string; readonly ignored?: string }): void {
  if (step.ignored === undefined) return;
  evaluation.warn(`restriction \`${step.ignored}' after \`${step.kind}' is ignored`);
}
