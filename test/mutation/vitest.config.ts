import { defineConfig } from "vitest/config";

const conditions = ["@fromguard/source", "module", "node", "development|production"];

/** Runs against each mutant the tests of what is mutated, from one seed, so that a mutant has one answer. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/mutation/all.ts"],
    setupFiles: [new URL("../seed.ts", import.meta.url).pathname],
    env: { SEED: "1" },
    testTimeout: 30_000,
  },
});
