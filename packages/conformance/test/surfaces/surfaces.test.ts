import { describe } from "vitest";
import { NODE_SURFACES } from "./kinds.js";
import { surfaceTests } from "./suite.js";

for (const kind of NODE_SURFACES) describe(kind.name, () => surfaceTests(kind));
