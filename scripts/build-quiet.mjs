// Builds every package; prints the build's own output only when it fails. The reporter is named, since a silent caller would silence it.
import { spawnSync } from "node:child_process";

const run = spawnSync("pnpm", ["--reporter=append-only", "run", "build"], { encoding: "utf8" });
if (run.status !== 0) {
  process.stderr.write(`${run.stdout ?? ""}${run.stderr ?? ""}${run.error ? `${run.error.message}\n` : ""}`);
  process.exit(run.status ?? 1);
}
