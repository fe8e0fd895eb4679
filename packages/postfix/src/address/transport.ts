/** How mail goes on: the service that delivers it and where to. */
export interface Route {
  /** `smtp`, `local`, `error`, ... */
  readonly transport: string;
  /** For `error` and `retry` the text of the refusal. */
  readonly nexthop: string;
}

/** Splits `transport:nexthop` of a parameter; without a next hop the one given. */
export function routeOf(value: string, nexthop: string): Route {
  const [transport, next] = splitRoute(value);
  return { transport, nexthop: next === "" ? nexthop : next };
}

/**
 * What a transport table's result makes of a route: an empty transport keeps it, a transport without next hop sends to the
 * domain itself.
 *
 * @see Postfix transport(5) "RESULT FORMAT"
 */
export function overriddenRoute(route: Route, result: string, domain: string): Route {
  const [transport, nexthop] = splitRoute(result);
  if (transport === "") return nexthop === "" ? route : { ...route, nexthop };
  if (nexthop !== "") return { transport, nexthop };
  const hasText = transport === "error" || transport === "retry";
  return { transport, nexthop: hasText ? "Address is undeliverable" : domain };
}

function splitRoute(value: string): readonly [transport: string, nexthop: string] {
  const colon = value.indexOf(":");
  return colon < 0 ? [value, ""] : [value.slice(0, colon), value.slice(colon + 1)];
}
