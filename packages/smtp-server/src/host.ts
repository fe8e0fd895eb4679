import type { Readable } from "node:stream";

/** The part of smtp-server's address object that is read; the empty text is the null path. */
export interface SmtpAddress {
  readonly address: string;
}

/** The part of smtp-server's session that is read. */
export interface SmtpSession {
  readonly remoteAddress: string;
  /** False until the client has said HELO or EHLO. */
  readonly hostNameAppearsAs: string | false;
  /** What `onAuth` answered; false or absent where nobody logged in. */
  readonly user?: unknown;
  /** One object a message: replaced after DATA, RSET and EHLO. `mailFrom` is false while `onMailFrom` runs. */
  readonly envelope: { readonly mailFrom: SmtpAddress | false; readonly rcptTo: readonly SmtpAddress[] };
}

/** smtp-server's message stream: octets as received, dots removed. */
export interface MessageStream extends Readable {
  /** Octets received so far. */
  byteLength: number;
  /** Whether the message is over the server's `size` so far. */
  sizeExceeded: boolean;
}

/** An error as smtp-server takes it: the reply code, and the rest of the reply line as message. */
export interface SmtpError extends Error {
  responseCode?: number | undefined;
}
