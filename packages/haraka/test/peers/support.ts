import { onTestFinished } from "vitest";
import { Haraka, type HarakaFiles } from "./haraka.js";

/** The login of each local part of example.com. */
export const MAP = "/^([^@+]+)(\\+[^@]*)?@example\\.com$/  $1\n";
export const OWNED = "ownership:\n  - login-map: pcre:senders\n";
export const HONEST = "From: Ann <ann@example.com>\r\nSubject: hello\r\n\r\n.dot\r\n";

/** A Haraka for one test. */
export async function serve(files: HarakaFiles, ready?: RegExp): Promise<Haraka> {
  const haraka = await Haraka.start(files, ready);
  onTestFinished(() => haraka.stop());
  return haraka;
}

/** One that judges the envelope and the header by who owns them, and asks no name server. */
export function serveOwned(policy: string, { config = {}, plugins = {} }: HarakaFiles = {}): Promise<Haraka> {
  return serve({ config: { senders: MAP, "fromguard.yaml": `${OWNED}${policy}`, ...config }, plugins });
}
