import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { answerListing } from "./listing.js";
import { readFileAndOptions } from "./options.js";

const OPTIONS = { config: { type: "string" }, json: { type: "boolean" } } as const;

/** `fromguard may LOGIN`: as what may this login send. */
export async function may(args: readonly string[], io: Io): Promise<ExitCode> {
  const { file: login, values } = readFileAndOptions("may", args, OPTIONS, "LOGIN");
  if (login === "") throw new Exit(exitCodes.usage, "the login is empty; see fromguard may --help");
  const { config, json } = values;
  return answerListing(
    {
      config,
      json,
      column: "address",
      nothing: `${login} may send as nothing`,
      list: (ownership) => ownership.addresses(login),
    },
    io,
  );
}
