/// <reference types="vite/client" />

// One file of all tests: a mutant then costs one start, not one for each file.
import.meta.glob("../../packages/core/test/{headers,rules,verdict}/**/*.test.ts", { eager: true });
