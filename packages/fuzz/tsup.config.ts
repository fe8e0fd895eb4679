import { defineConfig } from "tsup";

export default defineConfig({
  entry: { cli: "src/cli.ts", worker: "src/worker.ts", wire: "src/wire/cli.ts" },
  format: ["esm"],
  dts: false,
  sourcemap: true,
  clean: true,
  target: "node20",
});
