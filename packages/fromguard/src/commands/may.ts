import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { answerListing } from "./listing.js";
import { readFileAndOptions } from "./options.js";
import { MAY } from "./usage/ownership.js";

/** `fromguard may LOGIN`: as what may this login send. */
export async function may(args: readonly string[], io: Io): Promise<ExitCode> {
  const { file: login, values } = readFileAndOptions("may", args, MAY.options, "LOGIN");
  if (login === "") throw new Exit(exitCodes.usage, "the login is empty; see fromguard may --help");
  return answerListing(
    {
      choice: values,
      json: values.json,
      column: "address",
      nothing: `${login} may send as nothing`,
      list: (ownership) => ownership.addresses(login),
    },
    io,
  );
}
