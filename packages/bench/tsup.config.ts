import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

export default defineConfig({
  ...base,
  entry: {
    cli: "src/cli.ts",
    child: "src/servers/child.ts",
    "loop-probe": "src/reload/loop-probe.ts",
    "usage-probe": "src/replay/usage-probe.ts",
    spawner: "src/servers/spawner.ts",
    "smtp-child": "src/smtp-server/child.ts",
  },
  dts: false,
});
