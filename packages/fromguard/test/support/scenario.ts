import { onTestFinished } from "vitest";
import { startNameServer } from "../../src/demo/name-server.js";
import { folderWith } from "./folder.js";

/** The login map of the scenario. */
export const MAP = `/^([^@+]+)(\\+[^@]*)?@example\\.com$/  \${1}\n`;

/** A folder with the configuration of the scenario, a map, and DNS behind it; returns the configuration file. */
export async function scenarioConfig(more = ""): Promise<{ readonly folder: string; readonly config: string }> {
  const dns = await startNameServer({ "example.com": { mx: "mx.example.com" }, "example.net": "down" });
  onTestFinished(dns.close);
  const text = `ownership:\n  - login-map: pcre:senders\ndns: { servers: ["${dns.address}"], timeout-ms: 2000 }\n${more}`;
  const folder = await folderWith({ senders: MAP, "fromguard.yaml": text });
  return { folder, config: `${folder}/fromguard.yaml` };
}
