import {
  HEADER_LIMITS,
  HeaderListReader,
  type HeaderSection,
  type Path,
  type MessageLimits as ReadLimits,
  scanBody,
} from "@fromguard/core";
import { type HeaderCommand, PlacedHeader } from "../codec/placed-header.js";
import { pathOf } from "./text.js";

/** Limits of one message. */
export interface MessageLimits {
  /** Header fields; one more is a permanent refusal, `header-too-long`. Default 5,000, or one more than `readLimits` admit. */
  readonly maxHeaderFields: number;
  /** Octets of all names and values; more is a permanent refusal, `header-too-long`. Default 1,048,576, or what `readLimits` admit. */
  readonly maxHeaderBytes: number;
  /** Recipients, where a rule needs them; one more defers. Default 10,000. */
  readonly maxRecipients: number;
  /** Octets of all recipients, where a rule needs them; more defers. Default 1,048,576. */
  readonly maxRecipientBytes: number;
  /** Octets of the body, where a rule needs it; more is a permanent refusal, `header-too-long`. Default 67,108,864: 64 MiB. */
  readonly maxBodyBytes: number;
}

/** The defaults of {@link MessageLimits}. */
export const DEFAULT_MESSAGE_LIMITS: MessageLimits = {
  maxHeaderFields: 5000,
  maxHeaderBytes: 0x100000,
  maxRecipients: 10_000,
  maxRecipientBytes: 0x100000,
  maxBodyBytes: 0x4000000,
};

/** The default limits, with room for what may be read. */
export function roomFor({
  maxFields = HEADER_LIMITS.maxFields,
  maxHeaderOctets = HEADER_LIMITS.maxHeaderOctets,
}: Partial<ReadLimits>): MessageLimits {
  const { maxHeaderFields, maxHeaderBytes } = DEFAULT_MESSAGE_LIMITS;
  return {
    ...DEFAULT_MESSAGE_LIMITS,
    maxHeaderFields: Math.max(maxHeaderFields, maxFields + 1),
    maxHeaderBytes: Math.max(maxHeaderBytes, maxHeaderOctets),
  };
}

/** What is kept of a message until its rules can judge it. */
export class KeptMessage {
  readonly recipients: Path[] = [];
  readonly #limits: MessageLimits;
  readonly #readLimits: Partial<ReadLimits>;
  readonly #chunks: Buffer[] = [];
  #recipientBytes = 0;
  #fieldBytes = 0;
  #bodyBytes = 0;
  #isTooLong = false;
  /** Made for the first field: many messages are refused before they have one. */
  #header: HeaderListReader | undefined;
  #fields = 0;

  constructor(limits: MessageLimits, readLimits: Partial<ReadLimits>) {
    this.#limits = limits;
    this.#readLimits = readLimits;
  }

  /** Whether a header or a body was over its limit: it is not kept. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  /** Octets that are kept. */
  get held(): number {
    return this.#recipientBytes + this.#fieldBytes + this.#bodyBytes;
  }

  /** Keeps a recipient; false where there are too many. */
  addRecipient(recipient: string): boolean {
    const { maxRecipients, maxRecipientBytes } = this.#limits;
    const isOver =
      this.recipients.length >= maxRecipients || this.#recipientBytes + recipient.length > maxRecipientBytes;
    if (isOver) return false;
    this.#recipientBytes += recipient.length;
    this.recipients.push(pathOf(recipient));
    return true;
  }

  addField(field: HeaderCommand): void {
    if (this.#isTooLong) return;
    const { maxHeaderFields, maxHeaderBytes } = this.#limits;
    const place = field instanceof PlacedHeader ? field : placedOf(field);
    this.#fields++;
    this.#fieldBytes += place.end - place.start - 1;
    if (this.#fields > maxHeaderFields || this.#fieldBytes > maxHeaderBytes) this.#drop();
    else this.#reader.addPlaced(place.octets, place.start, place.nul, place.end);
  }

  addBody(chunk: Buffer): void {
    if (this.#isTooLong || chunk.length === 0) return;
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > this.#limits.maxBodyBytes) this.#drop();
    else this.#chunks.push(chunk);
  }

  /** The header as far as it has come. */
  get headers(): HeaderSection {
    return this.#reader.section;
  }

  get bodyAnomalies(): ReturnType<typeof scanBody> {
    return scanBody(Buffer.concat(this.#chunks), this.headers, this.#readLimits);
  }

  get #reader(): HeaderListReader {
    this.#header ??= new HeaderListReader(this.#readLimits);
    return this.#header;
  }

  /** Lets go what was kept: all of it is judged. */
  release(): void {
    this.#header = undefined;
    this.#chunks.length = 0;
    this.#fieldBytes = 0;
    this.#bodyBytes = 0;
  }

  #drop(): void {
    this.#isTooLong = true;
    this.release();
  }
}

/** A field that some session of the caller's own has made. */
function placedOf({ name, value }: HeaderCommand): PlacedHeader {
  const octets = Buffer.concat([Buffer.from(name, "latin1"), Buffer.alloc(1), value]);
  return new PlacedHeader(octets, 0, name.length, octets.length);
}
