/** What one policy server takes from its clients. */
export interface PolicyLimits {
  /** Octets of one request, with its empty line. Over it the connection is closed. Default 65,536. */
  readonly maxRequestBytes: number;
  /** Lines of one request; Postfix 3.12 sends 34. Over it the connection is closed. Default 200. */
  readonly maxAttributes: number;
  /** Connections open at one time on one listener; one more is closed at once. Default 1000. */
  readonly maxConnections: number;
  /**
   * Octets that all connections of the server together hold unread. Who brings one more is closed: Postfix asks again on a new
   * connection. Default 16,777,216.
   */
  readonly maxBufferedBytes: number;
  /** Milliseconds without a byte after which a connection is closed. Default one hour: Postfix itself leaves after 300 s. */
  readonly idleTimeoutMs: number;
  /** Milliseconds from the first octet of a request to its last. Default 30,000; Postfix writes a request at once. */
  readonly requestTimeoutMs: number;
  /** Milliseconds for a client to take the answers that are written to it. Default 30,000; Postfix waits for each. */
  readonly answerTimeoutMs: number;
  /**
   * Decisions that one connection keeps to share them between the recipients of a message. Default 2: what is asked about one
   * message at RCPT, and what is asked at DATA. 0: each request is decided anew.
   */
  readonly maxSharedDecisions: number;
  /** Milliseconds for which a decision is shared, so that maps that were read again are asked again. Default 30,000. */
  readonly shareForMs: number;
}

/** The defaults of {@link PolicyLimits}. */
export const DEFAULT_POLICY_LIMITS: PolicyLimits = {
  maxRequestBytes: 64 * 1024,
  maxAttributes: 200,
  maxConnections: 1000,
  maxBufferedBytes: 16 * 1024 * 1024,
  idleTimeoutMs: 60 * 60 * 1000,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 30_000,
  maxSharedDecisions: 2,
  shareForMs: 30_000,
};
