#!/usr/bin/env node
import { processIo } from "./io.js";
import { main } from "./main.js";

// A reader that has gone (`| head`) wants no more: end as a filter does, without a message.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await main(process.argv.slice(2), processIo());
