import { checkv2 } from "./checkv2.js";
import { haraka } from "./haraka.js";
import { httpForms } from "./http.js";
import { library } from "./library.js";
import { mtaHooks } from "./mta-hooks.js";
import { policyServer } from "./policy-server.js";
import { postfixMilter } from "./postfix-milter.js";
import { smtpServer } from "./smtp-server.js";
import type { SurfaceKind } from "./surface.js";
import { zoneMta } from "./zone-mta.js";

/** The surfaces that need Node alone. */
export const NODE_SURFACES: readonly SurfaceKind[] = [
  library,
  policyServer,
  ...httpForms,
  mtaHooks,
  checkv2,
  smtpServer,
];

/** All of them; the others have a host that must be installed, and run with the peers. */
export const SURFACES: readonly SurfaceKind[] = [...NODE_SURFACES, postfixMilter, haraka, zoneMta];
