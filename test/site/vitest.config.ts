import { defineConfig } from "vitest/config";

/** The built site in a browser: part of `npx pnpm@10.34.9 run docs`, which builds it first, and not of `npm test`. */
export default defineConfig({
  test: { name: "site", include: ["test/site/*.test.ts"], testTimeout: 600_000, hookTimeout: 60_000 },
});
