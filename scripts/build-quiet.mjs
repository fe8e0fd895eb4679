// Builds the JavaScript of every package, all at once and without types, for the scripts that only run it. Prints the
// build's own output only when it fails. The reporter is named, since a silent caller would silence it.
import { spawnSync } from "node:child_process";

const args = ["--reporter=append-only", "-r", "--parallel", "--filter", "./packages/*", "run", "build", "--no-dts"];
const run = spawnSync("pnpm", args, { encoding: "utf8" });
if (run.status !== 0) {
  process.stderr.write(`${run.stdout ?? ""}${run.stderr ?? ""}${run.error ? `${run.error.message}\n` : ""}`);
  process.exit(run.status ?? 1);
}
