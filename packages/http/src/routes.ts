import { checkRoutes } from "./check/routes.js";
import { healthRoutes } from "./health.js";
import { mtaHookRoutes } from "./mta-hooks/routes.js";
import type { Route } from "./route.js";
import type { Service } from "./service.js";

/** Every route. A protocol adds its own here. */
export function routesOf(service: Service): readonly Route[] {
  return [...checkRoutes(service), ...mtaHookRoutes(service), ...healthRoutes()];
}
