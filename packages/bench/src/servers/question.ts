/** What a server said: it lets the mail pass, refuses it, or said something that is neither. */
export type Said = "pass" | "refuse" | "neither";

/** A question of the load: what is sent, and what must come back. */
export interface Question<Payload> {
  readonly payload: Payload;
  readonly expected: Said;
}

/** A connection that asks one question at a time. */
export interface Asker<Payload> {
  /** False once the server has closed; the question that was open then counts as answered wrongly. */
  readonly isOpen: boolean;
  /** Asks, and calls back once with the answer and how often an MTA waited for it. */
  ask(payload: Payload, done: (said: Said, waits: number) => void): void;
  close(): void;
}

/** The address of a server on this machine: a port of 127.0.0.1, or the path of a unix socket. */
export type ServerAddress = { readonly port: number } | { readonly path: string };

/** As `listen` of the servers writes it: `127.0.0.1:PORT` or `unix:/PATH`. */
export function listenText(address: ServerAddress): string {
  return "port" in address ? `127.0.0.1:${address.port}` : `unix:${address.path}`;
}

/** Where to listen, of what {@link listenText} wrote. */
export function listenOptions(
  text: string,
): { readonly path: string } | { readonly host: string; readonly port: number } {
  if (text.startsWith("unix:")) return { path: text.slice("unix:".length) };
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}
