import { monitorEventLoopDelay } from "node:perf_hooks";

/** Loaded before the daemon: tells who asks how long its event loop was held up at most since it was asked before, in milliseconds. */
const RESOLUTION_MS = 1;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
process.on("message", () => {
  process.send?.({ longestMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS) });
  delays.reset();
});
process.channel?.unref();
