/** What one policy server takes from its clients. */
export interface PolicyLimits {
  /** Octets of one request, with its empty line. Over it the connection is closed. Default 65,536. */
  readonly maxRequestBytes: number;
  /** Lines of one request; Postfix 3.12 sends 34. Over it the connection is closed. Default 200. */
  readonly maxAttributes: number;
  /** Connections open at one time on one listener; one more is closed at once. Default 1000. */
  readonly maxConnections: number;
  /** Milliseconds without a byte after which a connection is closed. Default one hour: Postfix itself leaves after 300 s. */
  readonly idleTimeoutMs: number;
  /** Milliseconds from the first octet of a request to its last. Default 30,000; Postfix writes a request at once. */
  readonly requestTimeoutMs: number;
}

/** The defaults of {@link PolicyLimits}. */
export const DEFAULT_POLICY_LIMITS: PolicyLimits = {
  maxRequestBytes: 64 * 1024,
  maxAttributes: 200,
  maxConnections: 1000,
  idleTimeoutMs: 60 * 60 * 1000,
  requestTimeoutMs: 30_000,
};
