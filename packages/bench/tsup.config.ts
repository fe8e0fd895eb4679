import { defineConfig } from "tsup";

export default defineConfig({
  entry: { cli: "src/cli.ts", child: "src/servers/child.ts", spawner: "src/servers/spawner.ts" },
  format: ["esm"],
  dts: false,
  sourcemap: true,
  clean: true,
  target: "node20",
});
