import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

export default defineConfig({
  ...base,
  entry: { cli: "src/cli.ts", worker: "src/worker.ts", wire: "src/wire/cli.ts" },
  dts: false,
});
