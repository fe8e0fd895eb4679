import type { LintFinding } from "./finding.js";
import { asLine, LIST, type LintModel, PREDEFINED, permitOf, refuses } from "./model.js";

/** Whether the header of mail is looked at by anything. */
export function headerUnchecked({ config, somebody }: LintModel): readonly LintFinding[] {
  const hasMilters = !config.list(OVERRIDES).includes("no_milters");
  const readers = [...(hasMilters ? MILTERS : []), "content_filter", "smtpd_proxy_filter"];
  if (readers.some((name) => config.get(name) !== "")) return [];
  const set = [...(hasMilters ? [] : [OVERRIDES]), ...MILTERS].find((name) => config.isSet(name));
  return [
    {
      code: "no-header-check",
      place: set === undefined ? { file: config.file, key: "smtpd_milters" } : config.place(set),
      problem: `no milter reads the header${hasMilters ? "" : `, for ${OVERRIDES} has no_milters`}: the restrictions of smtpd see the envelope alone`,
      example: `bob logs in, sends MAIL FROM his own address, and writes From: ${somebody} into the header`,
      cure: [
        ...(config.get("smtpd_milters") === "" ? ["smtpd_milters = inet:127.0.0.1:10041"] : []),
        ...(hasMilters
          ? []
          : [
              asLine(
                OVERRIDES,
                config.list(OVERRIDES).filter((word) => word !== "no_milters"),
              ),
            ]),
      ],
    },
  ];
}

const MILTERS = ["smtpd_milters", "smtpd_milter_maps"];
const OVERRIDES = "receive_override_options";

/** Mail by `sendmail` on this machine. */
export function localSubmissionOpen({ config, somebody }: LintModel): readonly LintFinding[] {
  const anybody = config.get("authorized_submit_users").startsWith("static:");
  const anySender = config.get("local_login_sender_maps") === "static:*";
  if (!anybody || !anySender || config.get("non_smtpd_milters") !== "") return [];
  return [
    {
      code: "local-submission-open",
      place: config.isSet("authorized_submit_users")
        ? config.place("authorized_submit_users")
        : { file: config.file, key: "authorized_submit_users" },
      problem:
        "every user and every script of this machine may send with sendmail, which passes no restriction of smtpd",
      example: `a script of the web server runs: sendmail -f ${somebody}`,
      cure: ["authorized_submit_users = root", "non_smtpd_milters = $smtpd_milters"],
    },
  ];
}

/** Clients that do not log in, on a listener where nothing keeps our own addresses from them. */
export function strangersUseOurAddresses(model: LintModel): readonly LintFinding[] {
  const { config, lists, somebody } = model;
  const active = lists.map(({ steps }) => steps.filter(({ onlyWarns }) => !onlyWarns));
  // A list that ends in reject lets by only whom it has permitted.
  const needsLogin = active.some((steps) => steps.some(({ name }) => name === "reject" || name === "defer"));
  const hasSasl = config.bool("smtpd_sasl_auth_enable");
  const isKept = hasSasl && active.some((steps) => steps.some((step) => refuses(step, "stranger")));
  if (needsLogin || isKept) return [];
  const maps = "smtpd_sender_login_maps";
  const listed = lists.find(({ name }) => name === LIST);
  const asked = active.flat().find(({ name }) => /^check_(?:sender_access|policy_service)$/.test(name));
  const rest = (listed?.words ?? []).filter((word) => !/sender_login_mismatch$/i.test(word));
  return [
    {
      code: "strangers-use-our-addresses",
      place: config.isSet(LIST) ? config.place(LIST) : { file: config.file, key: LIST },
      problem: `clients without a login are served, and nothing refuses them our own addresses${asked === undefined ? "" : `, unless ${asked.text} does`}`,
      example: `a stranger sends as ${somebody} to ${somebody.replace("alice", "bob")}: accepted`,
      cure: [
        asLine(LIST, [PREDEFINED, ...rest]),
        ...(hasSasl ? [] : ["smtpd_sasl_auth_enable = yes"]),
        ...(config.get(maps) === "" ? [`${maps} = pcre:/etc/postfix/sender_login_maps`] : []),
      ],
    },
  ];
}

export function softBounceOn({ config }: LintModel): readonly LintFinding[] {
  if (!config.bool("soft_bounce")) return [];
  return [
    {
      code: "soft-bounce-on",
      place: config.place("soft_bounce"),
      problem: "soft_bounce = yes: every refusal for good is sent as a temporary one",
      example: "a forged sender is answered 453 5.7.1, and the client tries again for days",
      cure: ["soft_bounce = no"],
    },
  ];
}

const EVERYWHERE = /^(?:0\.0\.0\.0\/0|\[::\]\/0|static:.*)$/;

export function networksOpen(model: LintModel): readonly LintFinding[] {
  const { config, lists, somebody } = model;
  const network = config.list("mynetworks").find((word) => EVERYWHERE.test(word));
  const uses = lists.some(({ steps }) =>
    steps.some((step) => step.name === "permit_mynetworks" && permitOf(step, model) !== undefined),
  );
  if (network === undefined || !uses) return [];
  return [
    {
      code: "mynetworks-open",
      place: config.place("mynetworks"),
      problem: `${network} in mynetworks is every client there is`,
      example: `permit_mynetworks lets a stranger send as ${somebody}, to anywhere`,
      cure: [asLine("mynetworks", ["127.0.0.0/8", "[::1]/128"])],
    },
  ];
}

export function unusableTables({ config, unusable }: LintModel): readonly LintFinding[] {
  return [...unusable].flatMap(([spec, cause]): readonly LintFinding[] => {
    const parameter = config.names.find((name) => config.get(name).includes(spec));
    if (parameter === undefined) return [];
    return [
      {
        code: "table-unusable",
        place: config.place(parameter),
        problem: `${spec} cannot be opened: ${cause}`,
        example: "every lookup in it fails: who comes to it is answered 451, and tries again for days",
        cure: spec.startsWith("hash:") ? [`# run: postmap ${spec.slice("hash:".length)}`] : [],
      },
    ];
  });
}
