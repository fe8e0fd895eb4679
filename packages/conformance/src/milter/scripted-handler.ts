import type { MilterContext, MilterEdit, MilterHandler, MilterOutcome, MilterVerdict } from "@fromguard/milter";
import { type FilterScript, type Operation, type Step, stepper } from "./script.js";

type Edit = NonNullable<MilterOutcome["edits"]>[number];

/** The most octets of a new body in one frame. @see libmilter smfi_replacebody */
const BODY_CHUNK = 0xffff;

/** The action bit without which libmilter refuses an operation. */
const NEEDED: Readonly<Record<MilterEdit["kind"], number>> = {
  "add-header": 0x01,
  "insert-header": 0x01,
  "replace-body": 0x02,
  "add-recipient": 0x04,
  "delete-recipient": 0x08,
  "change-header": 0x10,
  quarantine: 0x20,
  "change-sender": 0x40,
  "add-recipient-with-arguments": 0x80,
};

/** A handler that does what a script told a filter of libmilter to do. */
export function scriptedHandler(script: FilterScript): MilterHandler {
  const step = stepper(script);
  const verdict = (event: string, context: MilterContext): MilterVerdict => {
    const taken = step(event);
    for (const [name] of taken.operations) if (name === "progress") context.progress();
    return verdictOf(taken);
  };
  return {
    negotiate: (offer) => ({
      actions: script.actions ?? offer.actions,
      steps: script.steps ?? 0,
      macros: Object.entries(script.symlist ?? {}).map(([stage, names]) => [Number(stage), names]),
    }),
    connect: (_event, context) => verdict("connect", context),
    helo: (_event, context) => verdict("helo", context),
    mail: (_event, context) => verdict("mail", context),
    rcpt: (_event, context) => verdict("rcpt", context),
    data: (context) => verdict("data", context),
    unknown: (_event, context) => verdict("unknown", context),
    header: (_event, context) => verdict("header", context),
    eoh: (context) => verdict("eoh", context),
    body: (_event, context) => verdict("body", context),
    eom: (_event, { negotiated }) => {
      const taken = step("eom");
      const edits = taken.operations
        .flatMap(editsOf)
        .filter((edit) => edit.kind === "progress" || (NEEDED[edit.kind] & negotiated.actions) !== 0);
      return { verdict: verdictOf(taken), edits };
    },
  };
}

/** The reply that was set counts where its class is that of the verdict, as in libmilter. */
function verdictOf({ operations, result }: Step): MilterVerdict {
  const reply = operations.findLast(([name]) => name === "setreply");
  const replyClass = { reject: "5", tempfail: "4" }[result];
  if (reply !== undefined && String(reply[1]).startsWith(replyClass ?? "none")) return { reply: replyText(reply) };
  switch (result) {
    case "accept":
    case "reject":
    case "tempfail":
    case "discard":
    case "skip":
      return result;
    case "continue":
    case "noreply":
      return "continue";
    default:
      throw new TypeError(`unknown verdict of a filter script: ${result}`);
  }
}

function replyText([, code = "", enhanced = "", ...lines]: Operation): string {
  return lines
    .map((line, index) => {
      const head = `${code}${index === lines.length - 1 ? " " : "-"}`;
      return octets(enhanced === "" ? `${head}${line}` : `${head}${enhanced} ${line}`);
    })
    .join("\r\n");
}

function editsOf(operation: Operation): readonly Edit[] {
  const [name, ...args] = operation;
  const [first = "", second = "", third = ""] = args.map((arg) => octets(String(arg ?? "")));
  switch (name) {
    case "setreply":
      return [];
    case "progress":
      return [{ kind: "progress" }];
    case "addheader":
      if (args.length < 3) return [{ kind: "add-header", name: first, value: second }];
      return [{ kind: "insert-header", index: Number(third), name: first, value: second }];
    case "chgheader":
      return [{ kind: "change-header", name: first, index: Number(second), value: third }];
    case "chgfrom":
      return [{ kind: "change-sender", address: first, ...(args.length < 2 ? {} : { args: second }) }];
    case "addrcpt":
      if (args.length < 2) return [{ kind: "add-recipient", address: first }];
      return [{ kind: "add-recipient-with-arguments", address: first, args: second }];
    case "delrcpt":
      return [{ kind: "delete-recipient", address: first }];
    case "quarantine":
      return [{ kind: "quarantine", reason: first }];
    case "replacebody":
      return bodyChunks(Buffer.from(first, "latin1"));
    default:
      throw new TypeError(`unknown operation of a filter script: ${name}`);
  }
}

function bodyChunks(body: Buffer): readonly Edit[] {
  const edits: Edit[] = [];
  for (let at = 0; at === 0 || at < body.length; at += BODY_CHUNK) {
    edits.push({ kind: "replace-body", chunk: body.subarray(at, at + BODY_CHUNK) });
  }
  return edits;
}

/** Text of a script as octets, one a character. */
function octets(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
