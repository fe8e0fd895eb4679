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

/** A name as octets. */
interface Name {
  readonly octets: readonly number[];
  readonly index: number;
}

/** The same by length and last octet, by which most names of a request differ from all of them. */
const BY_SHAPE: (readonly Name[] | undefined)[] = Array.from({ length: 1024 }, () => undefined);
for (const [name, index] of INDEX) {
  const octets = Array.from(name, (char) => char.charCodeAt(0));
  const shape = shapeOf(octets.length, octets.at(-1) ?? 0);
  BY_SHAPE[shape] = [...(BY_SHAPE[shape] ?? []), { octets, index }];
}

function shapeOf(length: number, last: number): number {
  return ((length & 31) << 5) | (last & 31);
}

/** The places of a request of which no line was read yet. */
export function noPlaces(): ValuePlaces {
  return NOWHERE.slice();
}

/** Notes that a line whose name stands from `start` to `end` has its value at `place`, unless an earlier line had that name. */
export function notePlace(places: ValuePlaces, octets: Uint8Array, start: number, end: number, place: number): void {
  const names = BY_SHAPE[shapeOf(end - start, octets[end - 1] as number)];
  if (names === undefined) return;
  for (const { octets: name, index } of names) {
    if (name.length === end - start && standsAt(octets, start, name) && places[index] === ABSENT) places[index] = place;
  }
}

function standsAt(octets: Uint8Array, start: number, name: readonly number[]): boolean {
  for (let at = 0; at < name.length; at++) if (octets[start + at] !== name[at]) return false;
  return true;
}

/** Where the value of an attribute begins, or {@link ABSENT}; undefined where it is none that is asked for. */
export function placeOf(places: readonly number[], name: string): number | undefined {
  const index = INDEX.get(name);
  return index === undefined ? undefined : places[index];
}
