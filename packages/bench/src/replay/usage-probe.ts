// Loaded before a command: tells on descriptor 3, at its end, what it took.
import { writeSync } from "node:fs";

const TOLD = 3;
process.once("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(TOLD, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMegabytes: maxRSS / 1024 }));
});
