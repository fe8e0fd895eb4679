import { onTestFinished } from "vitest";
import { folderWith } from "./folder.js";
import { events, start } from "./running.js";

/** A daemon of this configuration, which stops at the end of the test, and what it tells of itself at `metrics: 127.0.0.1:0`. */
export async function served(config: string, files: Readonly<Record<string, string>> = {}) {
  const folder = await folderWith({ "f.yaml": config, ...files });
  const running = await start(`${folder}/f.yaml`);
  onTestFinished(async () => void (await running.stop()));
  const addressOf = (kind: string) => events(running.io).find((event) => event.kind === kind)?.address as string;
  const get = async (path: string, kind = "metrics") => {
    const response = await fetch(`http://${addressOf(kind)}${path}`);
    return [response.status, await response.text()] as const;
  };
  /** The value of a sample, as it stands in the text; undefined where there is none. */
  const sample = async (name: string) => {
    const [, text] = await get("/metrics");
    return text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1);
  };
  return { ...running, folder, addressOf, get, sample };
}
