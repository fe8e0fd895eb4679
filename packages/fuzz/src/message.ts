/** One message, and what its login may use. */
export interface Message {
  /** The octets as the verifier gets them. */
  readonly raw: Uint8Array;
  readonly owned: readonly string[];
  /** Made by the strict grammar of own addresses alone: a refusal is a fault. */
  readonly isHonest: boolean;
}

/** Who sends, in every message. */
export const LOGIN = "alice";

/** What the login of made messages uses most. */
export const OWN = "alice@example.com";

/** What it may use. */
export const OWNED: readonly string[] = [OWN, "press@example.com", "alice@bücher.example"];

/** An address that no login of made messages may use. */
export const FOREIGN = "ceo@bank.example";

/** Fields in which readers look for a sender. */
export const ORIGINATORS: readonly string[] = ["from", "sender", "resent-from", "resent-sender", "author"];

/** What a reader would show as the sender: addresses, and names and comments beside them. */
export interface Shown {
  readonly addresses: readonly string[];
  readonly names: readonly string[];
}

/** What readers show of one message, by their names; nothing of one that gave up. */
export type Readings = Readonly<Record<string, Shown | undefined>>;

/** The octets of UTF-8 text, in which U+DC80 to U+DCFF stand for the octets 80 to FF. */
export function octetsOf(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return Buffer.from(text);
  const parts = Array.from(text, (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    return codePoint >= 0xdc80 && codePoint <= 0xdcff ? Buffer.of(codePoint - 0xdc00) : Buffer.from(character);
  });
  return Buffer.concat(parts);
}
