import type { Evaluation } from "../smtpd/evaluation.js";
import { type PolicyAttributes, policyAttributes } from "./policy-attributes.js";
import type { PolicyService } from "./policy-service.js";

/** What came of one request: the attributes of the reply, in order, or why there are none. */
export type PolicyReply =
  | { readonly ok: true; readonly attributes: PolicyAttributes }
  | { readonly ok: false; readonly cause: string };

/**
 * Sends one request to a policy server and reads its reply. The transport is the caller's; it keeps to the service's deadline,
 * and a malformed line of a reply is a failure. Never rejects.
 */
export type AskPolicy = (
  service: PolicyService,
  attributes: PolicyAttributes,
  options: { readonly signal: AbortSignal },
) => Promise<PolicyReply>;

/** How a policy service is reached, and how long is waited before it is asked again. */
export interface PolicyTransport {
  readonly ask: AskPolicy;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * The action that a policy server answers, asked as often as `try_limit` says; undefined where it gave none. With
 * `smtputf8_enable` an action that is not valid UTF-8 is none.
 *
 * @see Postfix smtpd_check.c check_policy_service, attr_clnt(3)
 */
export async function askPolicyService(
  evaluation: Evaluation,
  service: PolicyService,
  transport: PolicyTransport,
): Promise<string | undefined> {
  const attributes = policyAttributes(evaluation, service);
  evaluation.policyRequest = attributes;
  const server = service.endpoint.replace(/^(?:inet|unix|local):/, "");
  let cause = "";
  for (let tries = 1; tries <= service.tryLimit; tries += 1) {
    if (tries > 1) await transport.wait(service.retryDelayMs, evaluation.signal);
    if (evaluation.signal.aborted) break;
    const reply = await askOnce(evaluation, service, transport, attributes);
    if (reply.ok) {
      const action = reply.attributes.find(([name]) => name === "action")?.[1];
      if (action !== undefined && isText(action)) return action;
      cause =
        action === undefined ? `missing attribute action in input from ${server}` : "malformed UTF-8 in the reply";
    } else {
      cause = reply.cause;
    }
  }
  evaluation.warn(`problem talking to server ${server}: ${cause}`);
  return undefined;
}

async function askOnce(
  { signal }: Evaluation,
  service: PolicyService,
  { ask }: PolicyTransport,
  attributes: PolicyAttributes,
): Promise<PolicyReply> {
  try {
    return await ask(service, attributes, { signal });
  } catch (error) {
    return { ok: false, cause: error instanceof Error ? error.message : String(error) };
  }
}

/** Invalid UTF-8 shows as a lone surrogate or as the replacement character. */
function isText(action: string): boolean {
  return !/[\ud800-\udfff]/.test(action.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ""));
}
