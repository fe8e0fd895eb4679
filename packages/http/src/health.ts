import { jsonAnswer } from "./exchange.js";
import type { Route } from "./route.js";

/** Whether the process answers. */
export function healthRoutes(): readonly Route[] {
  return [{ method: "GET", path: "/healthz", needs: undefined, answer: () => jsonAnswer({ status: "ok" }) }];
}
