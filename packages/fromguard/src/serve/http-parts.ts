import type { Directory } from "@fromguard/core";
import type { HandlerOptions } from "@fromguard/http";
import type { Config } from "../config/config.js";
import type { Exposition } from "../metrics/metrics.js";
import type { HttpSecrets } from "./http-secrets.js";
import type { HttpServerOptions } from "./http-server.js";

/** What an HTTP listener has beside the policy. */
export interface HttpParts {
  readonly secrets: (() => HttpSecrets) | undefined;
  readonly directory?: Directory | undefined;
  readonly exposition?: Exposition;
  readonly isReady: () => boolean;
}

type Options = Extract<Config["listeners"][number], { readonly kind: "http" }>["options"];

/** The handler's options of an entry. Tokens that are named and not opened let nobody in. */
export function exchangeOptions(
  { tokens, rate, "max-body-octets": maxBodyBytes }: Options,
  { secrets, directory, exposition, isReady }: HttpParts,
): Omit<HandlerOptions, "guard"> {
  return {
    maxBodyBytes,
    isReady,
    ...(tokens === undefined ? {} : { tokens: () => secrets?.().tokens ?? [] }),
    ...(rate === undefined
      ? {}
      : { rate: { perSecond: rate["per-second"], ...(rate.burst === undefined ? {} : { burst: rate.burst }) } }),
    ...(directory === undefined ? {} : { directory }),
    ...(exposition === undefined ? {} : { metrics: exposition }),
  };
}

/** How it is served over TLS, where that is said. */
export function tlsOf({ secrets }: HttpParts): Pick<HttpServerOptions, "tls"> {
  const first = secrets?.().tls;
  return first === undefined ? {} : { tls: () => secrets?.().tls ?? first };
}
