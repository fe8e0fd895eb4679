import { absurd, type Edit, printable } from "@fromguard/core";

/** The longest field that is prepended, in octets: the line of a message (RFC 5322 section 2.1.1). */
const MAX_FIELD = 998;

const FIELD_NAME = /^[\x21-\x39\x3b-\x7e]+$/;
const FIELD_VALUE = /^[\x20-\x7e\t]*$/;

/** What Postfix does to a message by its protocol state. */
type EditRoom = {
  /** There is a message. */
  readonly message: boolean;
  readonly hold: boolean;
  readonly prepend: boolean;
};

const ALL: EditRoom = { message: true, hold: true, prepend: true };
const NONE: EditRoom = { message: true, hold: false, prepend: false };
const NO_MESSAGE: EditRoom = { message: false, hold: false, prepend: false };

/**
 * As smtpd_check.c has it (`can_delegate_action`, `not_in_client_helo`, the action PREPEND): without a sender HOLD and PREPEND are
 * skipped with a warning, behind the body PREPEND comes too late, and VRFY and ETRN bring no message.
 */
const ROOMS = new Map<string, EditRoom>([
  ["CONNECT", NONE],
  ["XCLIENT", NONE],
  ["HELO", NONE],
  ["EHLO", NONE],
  ["VRFY", NO_MESSAGE],
  ["ETRN", NO_MESSAGE],
  ["END-OF-MESSAGE", { message: true, hold: true, prepend: false }],
]);

/** Different edits of one message that are remembered; one more is not made. */
const MAX_EDITS = 100;

/**
 * The action that makes the edits of a decision in a protocol state, `DUNNO` where all are `made`, to which it is added. Undefined
 * where the protocol cannot make them all: an answer holds one action.
 */
export function actionOfEdits(edits: readonly Edit[], state: string, made: Set<string>): string | undefined {
  const room = ROOMS.get(state) ?? ALL;
  if (!room.message) return "DUNNO";
  const wanted = new Set<string>();
  for (const edit of edits) {
    const action = editAction(edit);
    if (action === undefined) return undefined;
    if (made.has(action)) continue;
    if (!(edit.kind === "quarantine" ? room.hold : room.prepend)) return undefined;
    wanted.add(action);
  }
  const [action, more] = wanted;
  if (action === undefined) return "DUNNO";
  if (more !== undefined || made.size >= MAX_EDITS) return undefined;
  made.add(action);
  return action;
}

/**
 * The action that makes one edit; undefined where Postfix has none.
 *
 * A field that is to be added stands on top, the only place that PREPEND knows. A folded value is unfolded; a name that is none,
 * and a value of anything but printable ASCII, cannot be sent as they are.
 *
 * @see access(5), PREPEND and HOLD
 */
function editAction(edit: Edit): string | undefined {
  switch (edit.kind) {
    case "quarantine":
      return `HOLD ${printable(edit.reason)}`;
    case "add-header":
    case "prepend-header":
      return prepend(edit.name, edit.value);
    case "change-header":
    case "delete-header":
    case "change-envelope-from":
      return undefined;
    default:
      return absurd(edit);
  }
}

function prepend(name: string, value: string): string | undefined {
  const unfolded = value.replace(/\r?\n(?=[ \t])/g, "");
  if (!FIELD_NAME.test(name) || !FIELD_VALUE.test(unfolded)) return undefined;
  const field = `${name}: ${unfolded.replaceAll("\t", " ")}`;
  return field.length > MAX_FIELD ? undefined : `PREPEND ${field}`;
}
