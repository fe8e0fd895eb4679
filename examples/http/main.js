// fromguard's HTTP API, asked by curl and by Python.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createGuard, headerOriginatorsOwned, loginOwnsEnvelope, ownedAddresses } from "@fromguard/core";
import { createHandler } from "@fromguard/http";
import { serve } from "@hono/node-server";

const ownership = ownedAddresses({ ann: ["ann@example.com"] });
const guard = createGuard({ rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })] });
const server = serve({ fetch: createHandler({ guard }), port: 0, hostname: "127.0.0.1" });
await once(server, "listening");

const url = `http://127.0.0.1:${server.address().port}`;
for (const [program, file] of [
  ["sh", "check.sh"],
  ["python3", "check.py"],
]) {
  const { stdout } = await promisify(execFile)(program, [fileURLToPath(new URL(file, import.meta.url)), url]);
  console.log(stdout.trimEnd());
}
await new Promise((resolve) => server.close(resolve));
