import {
  HEADER_LIMITS,
  type HeaderListItem,
  type HeaderSection,
  type Path,
  type MessageLimits as ReadLimits,
  readHeaderList,
  scanBody,
} from "@fromguard/core";
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
  readonly #fields: HeaderListItem[] = [];
  readonly #chunks: Buffer[] = [];
  #recipientBytes = 0;
  #fieldBytes = 0;
  #bodyBytes = 0;
  #isTooLong = false;
  #headers: HeaderSection | undefined;

  constructor(limits: MessageLimits, readLimits: Partial<ReadLimits>) {
    this.#limits = limits;
    this.#readLimits = readLimits;
  }

  /** Whether a header or a body was over its limit: it is not kept. */
  get isTooLong(): boolean {
    return this.#isTooLong;
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

  addField(name: string, value: Uint8Array): void {
    if (this.#isTooLong) return;
    const { maxHeaderFields, maxHeaderBytes } = this.#limits;
    this.#fieldBytes += name.length + value.length;
    if (this.#fields.length >= maxHeaderFields || this.#fieldBytes > maxHeaderBytes) this.#drop();
    else this.#fields.push([/[\x80-\xff]/.test(name) ? Buffer.from(name, "latin1") : name, value]);
  }

  addBody(chunk: Buffer): void {
    if (this.#isTooLong || chunk.length === 0) return;
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > this.#limits.maxBodyBytes) this.#drop();
    else this.#chunks.push(chunk);
  }

  /** The header, read once. */
  get headers(): HeaderSection {
    this.#headers ??= readHeaderList(this.#fields, this.#readLimits);
    return this.#headers;
  }

  get bodyAnomalies(): ReturnType<typeof scanBody> {
    return scanBody(Buffer.concat(this.#chunks), this.headers, this.#readLimits);
  }

  #drop(): void {
    this.#isTooLong = true;
    this.#fields.length = 0;
    this.#chunks.length = 0;
  }
}
