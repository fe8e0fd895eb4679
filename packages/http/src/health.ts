import { z } from "zod";
import { jsonAnswer } from "./exchange.js";
import { type Operation, problems } from "./openapi/operation.js";
import { problemAnswer } from "./problem.js";
import type { Route } from "./route.js";
import type { Service } from "./service.js";

const OK = { "application/json": z.strictObject({ status: z.literal("ok") }).meta({ id: "Health" }) };

const HEALTH: Operation = {
  id: "healthz",
  summary: "Whether the process answers",
  answers: { 200: { description: "It does.", content: OK } },
};

const READY: Operation = {
  id: "readyz",
  summary: "Whether requests should be sent here",
  answers: { 200: { description: "They should.", content: OK }, ...problems(503) },
};

const METRICS: Operation = {
  id: "metrics",
  summary: "What was counted, in the text format of Prometheus",
  answers: {
    200: { description: "The metrics.", content: { "text/plain": undefined } },
    ...problems(401, 403, 404, 429),
  },
};

/** Whether the process answers, whether it should be asked, and what it has counted. */
export function healthRoutes({ isReady, metrics }: Service): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/healthz",
      needs: undefined,
      operation: HEALTH,
      answer: () => jsonAnswer({ status: "ok" }),
    },
    {
      method: "GET",
      path: "/readyz",
      needs: undefined,
      operation: READY,
      answer: () =>
        isReady() ? jsonAnswer({ status: "ok" }) : problemAnswer({ status: 503, detail: "not ready: ask another" }),
    },
    {
      method: "GET",
      path: "/metrics",
      needs: "metrics",
      operation: METRICS,
      answer: async () => {
        if (metrics === undefined) return problemAnswer({ status: 404, detail: "no metrics are counted here" });
        const headers = { "content-type": metrics.contentType, "cache-control": "no-store" };
        return { status: 200, headers, body: await metrics.text() };
      },
    },
  ];
}
