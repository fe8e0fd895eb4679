import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    cli: "src/cli.ts",
    child: "src/servers/child.ts",
    spawner: "src/servers/spawner.ts",
    "smtp-child": "src/smtp-server/child.ts",
  },
  format: ["esm"],
  dts: false,
  sourcemap: true,
  clean: true,
  target: "node20",
});
