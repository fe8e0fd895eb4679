import type { Account } from "@fromguard/postfix";
import { readText } from "./open-tables.js";

/** The file of the password database that is read; other name services are not asked. */
export const PASSWORD_FILE = "/etc/passwd";

/**
 * The account of a user, by name, or by number where nobody has that name. A name that the file does not have is kept, without a
 * number: the user of another machine.
 *
 * @param file as passwd(5)
 * @throws FromguardError FG_FILE_UNREADABLE
 */
export async function readAccount(user: string, file: string = PASSWORD_FILE): Promise<Account> {
  const entries = (await readText(file)).split("\n").flatMap((line) => {
    const [name = "", , uid = ""] = line.split(":");
    return line.startsWith("#") || !NUMBER.test(uid) ? [] : [{ name, uid: Number(uid) }];
  });
  const named = entries.find(({ name }) => name === user);
  if (named !== undefined) return named;
  if (!NUMBER.test(user)) return { uid: undefined, name: user };
  const uid = Number(user);
  return { uid, name: entries.find((entry) => entry.uid === uid)?.name };
}

/** As many digits as a number of 32 bits has. */
const NUMBER = /^\d{1,10}$/;
