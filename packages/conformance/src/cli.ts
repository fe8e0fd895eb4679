#!/usr/bin/env node
import { kinds } from "./kinds/index.js";
import { main } from "./main.js";

process.exitCode = await main(process.argv.slice(2), kinds, {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
});
