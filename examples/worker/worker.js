// A handler for Cloudflare Workers and whatever else runs `export default { fetch }`. Who owns what would come from a binding.
import { createGuard, headerOriginatorsOwned, loginOwnsEnvelope, ownedAddresses } from "@fromguard/core";
import { createHandler } from "@fromguard/http";

const ownership = ownedAddresses({ ann: ["ann@example.com"] });
const guard = createGuard({ rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })] });
let handler;

// biome-ignore lint/style/noDefaultExport: Workers look for the default export
export default {
  fetch(request, env) {
    handler ??= createHandler({
      guard,
      tokens: () => [{ name: "mta", secret: env.FROMGUARD_TOKEN, rights: ["check"] }],
    });
    return handler(request);
  },
};
