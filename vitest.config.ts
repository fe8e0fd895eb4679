import { defineConfig } from "vitest/config";

const conditions = ["@fromguard/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    maxWorkers: "100%",
    // Less of the time goes to collecting garbage, of which properties make much.
    execArgv: ["--max-semi-space-size=64"],
    restoreMocks: true,
    setupFiles: [new URL("test/seed.ts", import.meta.url).pathname],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts"],
          exclude: ["packages/*/test/peers/**"],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "workspace",
          include: ["test/**/*.test.ts"],
          exclude: ["test/site/**"],
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "peers",
          include: ["packages/*/test/peers/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: { provider: "v8", include: ["packages/*/src/**"] },
  },
});
