import { parsePath } from "@fromguard/core";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { answerListing } from "./listing.js";
import { readFileAndOptions } from "./options.js";
import { WHO } from "./usage/ownership.js";

/** `fromguard who ADDRESS`: who may send as this address. */
export async function who(args: readonly string[], io: Io): Promise<ExitCode> {
  const { file: text, values } = readFileAndOptions("who", args, WHO.options, "ADDRESS");
  const path = parsePath(text);
  if (path.kind !== "mailbox") {
    throw new Exit(exitCodes.usage, `${JSON.stringify(text)} is no address; see fromguard who --help`);
  }
  return answerListing(
    {
      choice: values,
      json: values.json,
      column: "login",
      nothing: `nobody may send as ${text}`,
      list: (ownership) => ownership.owners(path.mailbox),
    },
    io,
  );
}
