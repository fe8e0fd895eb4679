declare module "haraka-constants" {
  /** Answers of a hook. */
  export const deny: number;
  export const denysoft: number;
}

declare module "haraka-dsn" {
  /** A reply with its codes; Haraka knows it by the name of its class. */
  interface DSN {
    readonly code: number;
    readonly reply: string;
  }
  const DSN: { create(code: number, text: string, subject: number, detail: number): DSN };
  export = DSN;
}
