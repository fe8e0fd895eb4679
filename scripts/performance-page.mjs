// Measures and writes docs/performance.md. Options are those of `npm run bench -- servers`: for a look at the page, not for figures.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../packages/bench/dist/cli.js", import.meta.url));
const options = process.argv.slice(2);

/** The load average below which a machine of two cores is called quiet. */
const QUIET = 0.7;
const load = loadavg()[0] ?? 0;
if (load >= QUIET) {
  console.error(`the load average is ${load.toFixed(1)}: the page is measured below ${QUIET}`);
  process.exit(1);
}

/** What each section is made of; the others know fewer options. */
const SECTIONS = [
  { title: "Servers", args: ["servers", ...options], own: ["--markdown"] },
  { title: "smtp-server", args: ["smtp-server"], own: [] },
  { title: "Starts and reloads", args: ["reload"], own: [], judges: true },
  { title: "Replay", args: ["replay"], own: [], judges: true },
  { title: "Library", args: [], own: [] },
];

const outputOf = (program, args) => spawnSync(program, args, { encoding: "utf8" }).stdout.trim();

function machine() {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const changes = outputOf("git", ["status", "--porcelain", "--untracked-files=no"]) === "" ? "" : " with changes";
  return `* Measured on ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC: ${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${memory}, ${type()} ${release()}, Node ${process.version.slice(1)}, load average ${load.toFixed(1)} before it began, commit \`${outputOf("git", ["rev-parse", "--short", "HEAD"])}\`${changes}.`;
}

/** Runs a benchmark; its progress is on standard error. */
function sectionOf({ title, args, own, judges = false }) {
  const begun = performance.now();
  const { status, stdout } = spawnSync(process.execPath, ["--expose-gc", cli, ...args, ...own], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  // 1 of one that judges: measured, and a promise is not held; the page says which.
  if (status !== 0 && !(judges && status === 1)) throw new Error(`the benchmark ended with ${status}`);
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  const command = ["npm run bench", ...(args.length === 0 ? [] : ["--", ...args])].join(" ");
  const text = stdout.trim();
  const shown = own.includes("--markdown") ? text : `\`\`\`text\n${text}\n\`\`\``;
  return `## ${title}\n\n\`${command}\`, ${minutes} minutes\n\n${shown}\n`;
}

const head = `# Performance

\`npm run bench:page\` measures on a quiet machine of two cores and writes this page: half an hour. What each row is, and what can be compared: [the benchmark](../packages/bench/README.md).

${machine()}
* Figures are medians over the rounds; *quartiles* are those of the figure before them.
* *of bare* is the ratio to a server that finds the end of each request and answers a constant, measured in the same round. Ratios can be compared between machines, rates and latencies cannot.
* Half of the mails are honest, half forge the envelope or From. *wrong* must be 0.
* What does not depend on the machine: a check of an envelope by one login map asks each key once (whole address, without extension, \`@domain\`), the header is read once whatever the number of rules, and what is read and kept has the
  bounds of [limits](limits.md).
`;
const page = `${head}\n${SECTIONS.map(sectionOf).join("\n")}`;
writeFileSync(new URL("../docs/performance.md", import.meta.url), page);
