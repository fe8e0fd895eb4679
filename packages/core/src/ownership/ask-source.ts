import { type Address, formatAddress } from "../address/address.js";
import type { Directory, Gap, Listing, Remedy } from "./directory.js";
import type { Answer, Ownership, Question } from "./ownership.js";

/** Handed on to a source as it is: a signal that nobody reads need not be made. */
export type AskOptions = { readonly signal?: AbortSignal } | undefined;

/** An answer that tells why there is none. */
export type Unknown = Extract<Answer, { readonly kind: "unknown" }>;

/**
 * Asks a source that may break its promise: what it throws, rejects or leaves open is `unknown` with the code `source-failed`.
 * There are as many answers as questions.
 */
export function askSource(
  source: Ownership,
  login: string,
  questions: readonly Question[],
  options: AskOptions,
): readonly Answer[] | Promise<readonly Answer[]> {
  const because = (cause: string) => (question: Question) =>
    unknownAnswer(source.name, login, question.address, "source-failed", cause);
  const failed = (error: unknown) => questions.map(because(causeOf(error)));
  const complete = (answers: readonly Answer[]) =>
    answers.length === questions.length
      ? answers
      : questions.map((question, index) => answers[index] ?? because("a question was left open")(question));
  try {
    const answers = source.ask(login, questions, options);
    return "then" in answers ? Promise.resolve(answers).then(complete).catch(failed) : complete(answers);
  } catch (error) {
    return failed(error);
  }
}

/** The answer of a source that cannot give one. */
export function unknownAnswer(source: string, login: string, address: Address, code: string, cause: string): Unknown {
  return { kind: "unknown", code, cause, evidence: () => ({ login, address: formatAddress(address), source }) };
}

/** What somebody threw, in words. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Who may send as an address, of a source that perhaps cannot be listed: that, and what it throws, is a gap. */
export function ownersOf(source: Ownership, address: Address, options: AskOptions): Listing | Promise<Listing> {
  return listing(source, (directory) => directory.owners(address, options));
}

/** As what a login may send, of a source that perhaps cannot be listed: that, and what it throws, is a gap. */
export function addressesOf(source: Ownership, login: string, options: AskOptions): Listing | Promise<Listing> {
  return listing(source, (directory) => directory.addresses(login, options));
}

/** What would let a login send as an address, of a source that perhaps cannot tell. */
export function remediesOf(source: Ownership, login: string, address: Address): readonly Remedy[] {
  return (source as Partial<Directory>).remedies?.(login, address) ?? [];
}

/** A listing of nothing but a gap. */
export function gapOnly(source: string, code: string, cause: string): Listing {
  const gap: Gap = { source, code, cause };
  return { holdings: [], gaps: [gap] };
}

/** Several listings as one, in their order. A gap that several have is told once. */
export function joinListings(listings: readonly Listing[]): Listing {
  const gaps = new Map<string, Gap>();
  for (const gap of listings.flatMap((each) => each.gaps))
    gaps.set(JSON.stringify([gap.source, gap.code, gap.cause]), gap);
  return { holdings: listings.flatMap(({ holdings }) => holdings), gaps: [...gaps.values()] };
}

function listing(
  source: Ownership,
  list: (directory: Directory) => Listing | Promise<Listing>,
): Listing | Promise<Listing> {
  if (!isDirectory(source)) return gapOnly(source.name, "not-listable", "it answers questions, but cannot be listed");
  const failed = (error: unknown) => gapOnly(source.name, "source-failed", causeOf(error));
  try {
    const listed = list(source);
    return "then" in listed ? Promise.resolve(listed).catch(failed) : listed;
  } catch (error) {
    return failed(error);
  }
}

function isDirectory(source: Ownership): source is Directory {
  const { owners, addresses } = source as Partial<Directory>;
  return typeof owners === "function" && typeof addresses === "function";
}
