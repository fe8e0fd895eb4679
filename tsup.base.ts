import type { Options } from "tsup";

/** What the build of each package has in common; `dts: false` for one that nobody imports. */
export const base: Options = {
  format: ["esm"],
  dts: true,
  sourcemap: true,
  clean: true,
  target: "node20",
};
