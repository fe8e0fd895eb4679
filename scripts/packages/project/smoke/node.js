import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A map file and a grants file, read and asked. */
export const expected = "ann, accept, reject";

export async function smoke(load) {
  const { createGuard, facts, loginOwnsEnvelope } = await load("@fromguard/core");
  const { fileGrants, readTable } = await load("@fromguard/node");
  const folder = await mkdtemp(join(tmpdir(), "fromguard-smoke-"));
  try {
    const senders = join(folder, "senders");
    await writeFile(senders, "ann@example.com ann\n");
    const { table } = await readTable(`texthash:${senders}`);
    const grants = join(folder, "grants.yaml");
    await writeFile(grants, "grants: [{ login: ann, send-as: ann@example.com }]\n");
    const followed = await fileGrants(grants);
    const guard = createGuard({ rules: [loginOwnsEnvelope({ ownership: followed.graph })] });
    const { signal } = new AbortController();
    const answers = [String((await table.lookup("ann@example.com", { signal })).value)];
    for (const envelopeFrom of ["<ann@example.com>", "<bob@example.com>"])
      answers.push((await guard.check(facts({ login: "ann", envelopeFrom }))).action);
    followed.close();
    return answers.join(", ");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
