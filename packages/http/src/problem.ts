import type { Answer } from "./exchange.js";
import { type Problem, problemToJson } from "./problem-details.js";

/** The answer that tells a problem. */
export function problemAnswer(problem: Problem): Answer {
  const { status, allow, retryAfter } = problem;
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(allow === undefined ? {} : { allow }),
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    },
    body: `${JSON.stringify(problemToJson(problem))}\n`,
    problem,
  };
}
