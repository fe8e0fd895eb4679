import { main } from "../../src/main.js";
import { type TestIo, testIo } from "./test-io.js";

/** The lines of the log. */
export const events = (io: TestIo) =>
  io
    .out()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** Runs `serve` until it is ready, or has ended. */
export async function start(config: string) {
  const waiting = new Map<string, (fields: Readonly<Record<string, unknown>>) => void>();
  /** The next line of the log with this event. */
  const logged = (event: string) =>
    new Promise<Readonly<Record<string, unknown>>>((resolve) => {
      waiting.set(event, resolve);
    });
  const io = testIo({
    onOut: (text) => {
      const { event, ...fields } = JSON.parse(text);
      waiting.get(event)?.(fields);
    },
  });
  const ready = logged("ready");
  const ended = main(["serve", "--config", config], io);
  await Promise.race([ready, ended]);
  return {
    io,
    logged,
    stop: () => {
      io.stop("SIGTERM");
      return ended;
    },
  };
}
