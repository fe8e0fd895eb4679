import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives `use` the policy of a file, as an administrator writes it: ann owns ann@example.com. */
export async function withPolicyFile(use) {
  const folder = await mkdtemp(join(tmpdir(), "fromguard-smoke-"));
  try {
    const senders = join(folder, "senders");
    const policy = join(folder, "fromguard.yaml");
    await writeFile(senders, "ann@example.com ann\n");
    await writeFile(
      policy,
      `ownership:\n  - login-map: texthash:${senders}\nrules: [login-owns-envelope, header-originators-owned]\n`,
    );
    return await use(policy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
