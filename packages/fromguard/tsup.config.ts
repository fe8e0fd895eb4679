import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

export default defineConfig({
  ...base,
  entry: { index: "src/index.ts", cli: "src/cli.ts", "write-pages": "src/manual/write-pages.ts" },
  dts: { entry: { index: "src/index.ts" } },
});
