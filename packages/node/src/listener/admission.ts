/** Counts the connections of a socket on which several processes accept. */
export interface Admission {
  /** Whether one connection more may be open; if so, it counts until {@link leave}. Must not reject. */
  enter(): Promise<boolean>;
  /** One that was let in has gone. */
  leave(): void;
}
