import type { Config } from "../config/config.js";
import { type BuildOptions, buildPolicy, type Policy } from "../config/policy.js";
import { type OpenSecrets, openSecrets } from "./http-secrets.js";

/** What serving needs of a configuration: the policy, whose followers are all that follow files, and the secrets of listeners. */
export interface LoadedServed {
  readonly policy: Policy;
  readonly secrets: OpenSecrets;
}

/**
 * Loads what is served. A command that only judges reads no secrets.
 *
 * @throws FromguardError for what the operator has to mend
 */
export async function loadServed(config: Config, options: BuildOptions): Promise<LoadedServed> {
  const policy = await buildPolicy(config, options);
  try {
    const secrets = await openSecrets(config, options);
    return { policy: { ...policy, followers: [...policy.followers, ...secrets.followers] }, secrets };
  } catch (error) {
    for (const follower of policy.followers) follower.close();
    throw error;
  }
}
