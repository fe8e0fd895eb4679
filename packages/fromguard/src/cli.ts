#!/usr/bin/env node
import { keepHeapLean } from "./serve/lean-heap.js";

const args = process.argv.slice(2);
if (args[0] === "serve") keepHeapLean();

// What is loaded makes the young generation grow.
const [{ main }, { processIo }] = await Promise.all([import("./main.js"), import("./io.js")]);
process.exitCode = await main(args, processIo());
