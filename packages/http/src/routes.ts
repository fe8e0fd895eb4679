import { batchRoutes } from "./batch/routes.js";
import { checkRoutes } from "./check/routes.js";
import { healthRoutes } from "./health.js";
import { listRoutes } from "./list/routes.js";
import { mtaHookRoutes } from "./mta-hooks/routes.js";
import { documentRoutes } from "./openapi/routes.js";
import type { Route } from "./route.js";
import { rspamdRoutes } from "./rspamd/routes.js";
import type { Service } from "./service.js";

/** The version of the API: its paths and shapes. */
const VERSION = "1";

/** Every route. A protocol adds its own here. */
export function routesOf(service: Service): readonly Route[] {
  const routes = [
    ...checkRoutes(service),
    ...batchRoutes(service),
    ...listRoutes(service),
    ...mtaHookRoutes(service),
    ...rspamdRoutes(service),
    ...healthRoutes(service),
  ];
  return [...routes, ...documentRoutes(routes, VERSION)];
}
