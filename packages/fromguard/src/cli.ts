#!/usr/bin/env node
import { keepYoungSmall } from "./serve/lean-heap.js";

const args = process.argv.slice(2);
if (args[0] === "serve") keepYoungSmall();

// What is loaded makes the young generation grow.
const [{ main }, { processIo }] = await Promise.all([import("./main.js"), import("./io.js")]);
process.exitCode = await main(args, processIo());
