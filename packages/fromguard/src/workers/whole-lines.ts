import type { Readable } from "node:stream";
import type { Output } from "../io.js";

/** Passes on what a worker writes, whole lines at a time: a line never stands within that of another worker. */
export async function passWholeLines(from: Readable, to: Output): Promise<void> {
  let begun = "";
  from.setEncoding("utf8");
  for await (const chunk of from as AsyncIterable<string>) {
    const end = chunk.lastIndexOf("\n") + 1;
    if (end > 0) {
      await written(to, begun + chunk.slice(0, end));
      begun = "";
    }
    begun += chunk.slice(end);
  }
  if (begun !== "") await written(to, `${begun}\n`);
}

async function written(to: Output, text: string): Promise<void> {
  try {
    await to.write(text);
  } catch {
    // The mail goes on without its log.
  }
}
