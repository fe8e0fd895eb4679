import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PERFORMANCE_HEAD } from "./performance-head.mjs";

const cli = fileURLToPath(new URL("../packages/bench/dist/cli.js", import.meta.url));

/** What a benchmark prints; the reader sees its progress on standard error. */
function measured(args) {
  const { status, stdout } = spawnSync(process.execPath, ["--expose-gc", cli, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`the benchmark ended with ${status}`);
  return stdout.trim();
}

const servers = measured(["servers", "--markdown", ...process.argv.slice(2)]);
const library = measured([]);
const page = `${PERFORMANCE_HEAD}## Servers\n\n${servers}\n\n## Library\n\n\`\`\`text\n${library}\n\`\`\`\n`;
writeFileSync(new URL("../docs/performance.md", import.meta.url), page);
