import { run, type Task } from "./run.js";

process.once("message", async (task: Task) => {
  process.send?.(await run(task));
  process.disconnect();
});
