import type { Directory, Listing } from "@fromguard/core";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { type Asked, holdingsInWords, holdingsToJson } from "../report/holdings.js";
import { styleFor, visible } from "../report/style.js";
import { type ConfigChoice, loadConfig, loadOwnership } from "./load.js";

/** What `who` and `may` have in common. */
interface Question {
  readonly choice: ConfigChoice;
  readonly json: boolean | undefined;
  /** What differs between the lines of the answer. */
  readonly column: Asked;
  /** One sentence for an empty answer. */
  readonly nothing: string;
  readonly list: (ownership: Directory) => Listing | Promise<Listing>;
}

/** Asks the sources of the configuration: 0 something, 1 nothing, 75 where a source could not answer. */
export async function answerListing({ choice, json, column, nothing, list }: Question, io: Io): Promise<ExitCode> {
  const config = await loadConfig(choice, io.env);
  const opened = await loadOwnership(config);
  if (opened === undefined) {
    throw new Exit(
      exitCodes.configuration,
      `${config.document.file}: there is no source of ownership: add one under ownership:`,
    );
  }
  const style = styleFor(io.stderr, io.env);
  for (const warning of opened.warnings) await io.stderr.write(`${style.yellow("warning:")} ${warning}\n`);
  const listing = await list(opened.ownership);
  for (const { source, code, cause } of listing.gaps) {
    await io.stderr.write(`${style.yellow("not known:")} ${visible(`${source}: ${code}: ${cause}`)}\n`);
  }
  if (json === true) await io.stdout.write(`${holdingsToJson(listing)}\n`);
  else if (listing.holdings.length === 0) await io.stdout.write(`${visible(nothing)}\n`);
  else await io.stdout.write(holdingsInWords(listing, column, styleFor(io.stdout, io.env)));
  if (listing.gaps.length > 0) return exitCodes.deferred;
  return listing.holdings.length > 0 ? exitCodes.ok : exitCodes.refused;
}
