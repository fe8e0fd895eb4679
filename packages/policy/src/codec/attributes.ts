/** The attributes that a request is asked for; of the others only their lines are compared. */
const ASKED_FOR = [
  "request",
  "protocol_state",
  "client_address",
  "client_name",
  "helo_name",
  "sender",
  "recipient",
  "recipient_count",
  "queue_id",
  "instance",
  "size",
  "sasl_username",
  "policy_context",
] as const;

/** Where the value of each attribute that is asked for begins in a request; {@link ABSENT} where it was not sent. */
export type ValuePlaces = number[];

/** The place of a value that was not sent. */
export const ABSENT = -1;

const NOWHERE: ValuePlaces = ASKED_FOR.map(() => ABSENT);

const INDEX = new Map<string, number>(ASKED_FOR.map((name, index) => [name, index]));

/** The same by the length of the name, as octets: most names of a request differ from all of them in their first. */
const BY_LENGTH: (readonly { readonly octets: Uint8Array; readonly index: number }[] | undefined)[] = [];
for (const [name, index] of INDEX) {
  BY_LENGTH[name.length] = [...(BY_LENGTH[name.length] ?? []), { octets: Buffer.from(name, "latin1"), index }];
}

/** The places of a request of which no line was read yet. */
export function noPlaces(): ValuePlaces {
  return NOWHERE.slice();
}

/** Notes that a line whose name stands from `start` to `end` has its value at `place`, unless an earlier line had that name. */
export function notePlace(places: ValuePlaces, octets: Uint8Array, start: number, end: number, place: number): void {
  const candidates = BY_LENGTH[end - start];
  if (candidates === undefined) return;
  for (const { octets: name, index } of candidates) {
    if (!standsAt(octets, start, name)) continue;
    if (places[index] === ABSENT) places[index] = place;
    return;
  }
}

function standsAt(octets: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let at = 0; at < name.length; at++) if (octets[start + at] !== name[at]) return false;
  return true;
}

/** Where the value of an attribute begins, or {@link ABSENT}; undefined where it is none that is asked for. */
export function placeOf(places: ValuePlaces, name: string): number | undefined {
  const index = INDEX.get(name);
  return index === undefined ? undefined : places[index];
}
