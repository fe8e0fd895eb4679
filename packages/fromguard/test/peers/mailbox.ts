import { chown, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PrivatePostfix } from "./postfix.js";

const NOBODY = 65_534;
const DELIVERY_MS = 15_000;
const RETRY_MS = 20;

/** What makes a {@link PrivatePostfix} deliver mail for these local parts of `partner.test` to a Maildir each. */
export function mailboxes(localParts: readonly string[]) {
  return {
    mainCf: {
      virtual_mailbox_domains: "partner.test",
      virtual_mailbox_base: "@DIR@/mail",
      virtual_mailbox_maps: "texthash:@DIR@/mailboxes",
      virtual_minimum_uid: "1",
      virtual_uid_maps: `static:${NOBODY}`,
      virtual_gid_maps: `static:${NOBODY}`,
    },
    files: { mailboxes: localParts.map((name) => `${name}@partner.test ${name}/\n`).join("") },
  };
}

/** Makes the folder of the mailboxes. */
export async function makeMailboxes(postfix: PrivatePostfix): Promise<void> {
  const folder = join(postfix.folder, "mail");
  await mkdir(folder);
  await chown(folder, NOBODY, NOBODY);
}

/** The one message in a mailbox, once it is there; octets as latin1, lines end in LF as the delivery agent writes them. */
export async function deliveredTo(postfix: PrivatePostfix, localPart: string): Promise<string> {
  const folder = join(postfix.folder, "mail", localPart, "new");
  const until = Date.now() + DELIVERY_MS;
  for (;;) {
    const [name, ...others] = await readdir(folder).catch(() => []);
    if (others.length > 0) throw new Error(`${localPart} has more than one message`);
    if (name !== undefined) return readFile(join(folder, name), "latin1");
    if (Date.now() > until) throw new Error(`nothing was delivered to ${localPart}: ${await postfix.log()}`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
