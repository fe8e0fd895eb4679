import type { Incoming } from "./exchange.js";
import type { Route } from "./route.js";

/** Which route a request is for. */
export type Found =
  | { readonly kind: "route"; readonly route: Route; readonly parameter: string }
  | { readonly kind: "other-methods"; readonly allow: string }
  | { readonly kind: "none" };

const NONE: Found = { kind: "none" };

/** Finds the route of a request by its path, then by its method. */
export function routeTable(routes: readonly Route[]): (incoming: Incoming) => Found {
  const wholes = new Map<string, Map<string, Route>>();
  const stems = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const stem = route.path.replace(/\{.*\}$/, "");
    const paths = stem === route.path ? wholes : stems;
    const methods = paths.get(stem) ?? new Map<string, Route>();
    paths.set(stem, methods);
    methods.set(route.method, route);
    if (route.method === "GET") methods.set("HEAD", route);
  }
  return ({ path, method }) => {
    const whole = wholes.get(path);
    if (whole !== undefined) return among(whole, method, "");
    const end = path.lastIndexOf("/") + 1;
    const parameter = decoded(path.slice(end));
    const methods = stems.get(path.slice(0, end));
    return methods === undefined || parameter === undefined || parameter === ""
      ? NONE
      : among(methods, method, parameter);
  };
}

function among(methods: ReadonlyMap<string, Route>, method: string, parameter: string): Found {
  const route = methods.get(method);
  return route === undefined
    ? { kind: "other-methods", allow: [...methods.keys()].join(", ") }
    : { kind: "route", route, parameter };
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
