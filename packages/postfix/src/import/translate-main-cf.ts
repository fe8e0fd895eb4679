import { type FlatList, type FlatStep, flatLists } from "../lint/flat-list.js";
import { isLoginRule, permitOf, refuses } from "../lint/model.js";
import type { MainCf } from "../main-cf/main-cf.js";
import type { ImportedRule, ImportNote, Translation } from "./translation.js";

/**
 * Says what a main.cf decides on senders, logins and relaying in the rules that fromguard has for it, and what that leaves out.
 *
 * Every rule of fromguard holds for everybody, in no order: what Postfix does not reach for some is stricter there, and is noted.
 *
 * @throws FromguardError FG_CONFIG_INVALID for a value that Postfix cannot read
 */
export function translateMainCf(config: MainCf): Translation {
  const rules = new Map<string, ImportedRule>();
  const notes: ImportNote[] = [];
  const lists = flatLists(config);
  const add = (rule: ImportedRule) => rules.set(rule.name, rule);
  const note = (kind: ImportNote["kind"], { place, text }: Pick<FlatStep, "place" | "text">, why: string) => {
    if (notes.some((other) => other.subject === text && other.why === why)) return;
    notes.push({ kind, place, subject: text, why });
  };
  const about = (parameter: string) => ({ place: config.place(parameter), text: parameter });
  const hasSasl = config.bool("smtpd_sasl_auth_enable");

  const access = accessRule(config, lists, note);
  if (access !== undefined) add(access);
  for (const list of lists) {
    for (const [at, step] of list.steps.entries()) {
      const rule = step.onlyWarns ? undefined : ruleOf(step, config, hasSasl);
      if (rule === undefined) {
        const why = whyLeftOut(step, hasSasl);
        if (why !== undefined) note("left-out", step, why);
        continue;
      }
      for (const each of rule.rules) add(each);
      const before = list.steps.slice(0, at).find((earlier) => letsBy(earlier, step, config));
      if (before !== undefined && !standsUnguarded(step, lists, config)) {
        note("stricter", step, `stands behind ${before.text} in ${list.name}; here it holds for everybody`);
      }
      for (const [kind, why] of rule.notes) note(kind, step, why);
    }
  }
  for (const { name, steps } of lists) {
    const refusing = steps.find((step) => REFUSING.has(step.name) && !step.onlyWarns);
    if (refusing === undefined) continue;
    const isKept = access !== undefined && steps.some((step) => step.name === "permit_sasl_authenticated");
    if (!isKept) note("left-out", refusing, `of ${name}: it is not only for who has not logged in`);
  }
  if (config.bool("soft_bounce")) note("reply", about("soft_bounce"), "refuses for good");
  const usesMaps = [...rules.keys()].some(
    (name) => name === "login-owns-envelope" || name === "owned-address-needs-login",
  );
  const maps = config.list("smtpd_sender_login_maps");
  if (usesMaps && !rules.has("sender-fqdn")) {
    note("stricter", about("myorigin"), "a sender without a domain is refused, and not completed with $myorigin");
  }
  if (
    usesMaps &&
    config.list("mydestination").length > 0 &&
    maps.some((map) => !/^(?:proxy:)?(?:pcre|regexp):/.test(map))
  ) {
    note(
      "stricter",
      about("mydestination"),
      "login maps are not asked for the local part alone, as Postfix does for its own domains",
    );
  }
  return {
    rules: [...rules.values()].sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name)),
    ownership: usesMaps ? { maps, recipientDelimiter: config.get("recipient_delimiter") } : undefined,
    notes,
  };
}

const ORDER = [
  "require-login",
  "relay-only-for-login",
  "sender-fqdn",
  "domain-exists",
  "login-owns-envelope",
  "owned-address-needs-login",
];

interface Ruling {
  readonly rules: readonly ImportedRule[];
  readonly notes: readonly (readonly [kind: ImportNote["kind"], why: string])[];
}

function ruleOf(step: FlatStep, config: MainCf, hasSasl: boolean): Ruling | undefined {
  switch (step.name) {
    case "reject_non_fqdn_sender": {
      const code = config.int("non_fqdn_reject_code");
      return {
        rules: [{ name: "sender-fqdn", options: { "allow-literals": true } }],
        notes: code === 504 ? [] : [["reply", `refuses with 504, not ${code}`]],
      };
    }
    case "reject_unknown_sender_domain":
    case "reject_unknown_address": {
      const code = config.int("unknown_address_reject_code");
      const finals = ["mydestination", "virtual_alias_domains", "virtual_mailbox_domains"].filter(
        (name) => config.get(name) !== "",
      );
      return {
        rules: [{ name: "domain-exists" }],
        notes: [
          ...(code === 550 ? [] : [["reply", `refuses a domain that does not exist with 550, not ${code}`] as const]),
          ...(finals.length === 0
            ? []
            : [["stricter", `also asks DNS for the domains of ${finals.join(", ")}`] as const]),
        ],
      };
    }
    default:
      return isLoginRule(step) && hasSasl && config.list("smtpd_sender_login_maps").length > 0
        ? loginRules(step)
        : undefined;
  }
}

function loginRules(step: FlatStep): Ruling {
  const rules = [
    ...(refuses(step, "login") ? [{ name: "login-owns-envelope" }] : []),
    ...(refuses(step, "stranger") ? [{ name: "owned-address-needs-login" }] : []),
  ];
  const isKnown = step.name === "reject_known_sender_login_mismatch";
  return { rules, notes: isKnown ? [["stricter", "who logs in may use no address that nobody owns"]] : [] };
}

/** Whether a step lets somebody by for whom the rule behind it would count. */
function letsBy(earlier: FlatStep, step: FlatStep, config: MainCf): boolean {
  const permit = permitOf(earlier, { config, texts: new Map(), unusable: new Map() });
  return permit !== undefined && !(permit.onlyLogins && isLoginRule(step) && !refuses(step, "login"));
}

/** Whether the same restriction also stands where nothing lets anybody by. */
function standsUnguarded(step: FlatStep, lists: readonly FlatList[], config: MainCf): boolean {
  return lists.some(({ steps }) => {
    const end = steps.findIndex((earlier) => letsBy(earlier, step, config));
    return (end < 0 ? steps : steps.slice(0, end)).some(({ name, onlyWarns }) => name === step.name && !onlyWarns);
  });
}

type Note = (kind: ImportNote["kind"], step: Pick<FlatStep, "place" | "text">, why: string) => void;

/** The rule of who may send at all: lists that let by who has logged in, and refuse others all mail or relaying. */
function accessRule(config: MainCf, lists: readonly FlatList[], note: Note): ImportedRule | undefined {
  let relay: ImportedRule | undefined;
  for (const { name, steps } of lists) {
    const login = steps.findIndex((step) => step.name === "permit_sasl_authenticated");
    if (login < 0 || !config.bool("smtpd_sasl_auth_enable")) continue;
    const at = steps.findIndex((step, index) => index > login && !step.onlyWarns && REFUSING.has(step.name));
    const step = steps[at];
    if (step === undefined) continue;
    const [other] = steps
      .slice(0, at)
      .filter((each) => each.name !== "permit_sasl_authenticated" && letsBy(each, step, config));
    if (other !== undefined) note("stricter", other, `of ${name}: whom it lets by has to log in here`);
    if (step.name === "reject" || step.name === "defer") {
      const code = config.int(`${step.name}_code`);
      note("reply", step, `who does not log in is refused with 530, not ${code}`);
      return { name: "require-login" };
    }
    relay = relayRule(config, step, note) ?? relay;
  }
  return relay;
}

const REFUSING = new Set(["reject", "defer", "reject_unauth_destination", "defer_unauth_destination"]);

/** Lists of domains that this Postfix takes mail for; `relay_domains` with what lies below them. */
const OURS = ["mydestination", "virtual_alias_domains", "virtual_mailbox_domains", "relay_domains"];

function relayRule(config: MainCf, step: FlatStep, note: Note): ImportedRule | undefined {
  const words = OURS.flatMap((name) => config.list(name).map((word) => ({ name, word })));
  const odd = words.find(({ word }) => !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(word));
  if (odd !== undefined || words.length === 0) {
    const why = odd === undefined ? "there is no domain of ours" : `${odd.word} in ${odd.name} is no plain domain`;
    note("left-out", step, `${why}: name your domains under relay-only-for-login: our-domains`);
    return undefined;
  }
  if (step.name === "defer_unauth_destination") note("reply", step, "refuses relaying with 554, and does not defer");
  if (
    config.list("relay_domains").length > 0 &&
    /\brelay_domains\b/.test(config.get("parent_domain_matches_subdomains"))
  ) {
    const subject = { place: config.place("relay_domains"), text: "relay_domains" };
    note("stricter", subject, "subdomains of relay_domains are not ours here");
  }
  return { name: "relay-only-for-login", options: { "our-domains": [...new Set(words.map(({ word }) => word))] } };
}

/** Undefined where nothing is lost: what only lets by, or is part of another rule. */
function whyLeftOut(step: FlatStep, hasSasl: boolean): string | undefined {
  const { name, isKnown, onlyWarns } = step;
  if (onlyWarns) return "only warns";
  if (!isKnown) return "is no restriction that is known here";
  if (/^permit/.test(name) || REFUSING.has(name)) return undefined;
  if (isLoginRule(step)) {
    return hasSasl
      ? "there is no smtpd_sender_login_maps: nobody owns any address"
      : "is ignored without smtpd_sasl_auth_enable";
  }
  if (/_access$/.test(name)) return "access maps stay with Postfix";
  if (name === "check_policy_service") return "the policy server stays with Postfix";
  if (name === "reject_unlisted_sender") return "write sender-exists with the maps of your senders";
  if (/recipient/.test(name)) return "judges the recipient, which stays with Postfix";
  if (/client|helo|hostname|rbl|rhsbl|dnswl/.test(name)) return "judges the client, which stays with Postfix";
  return "has no rule of its own: it stays with Postfix";
}
