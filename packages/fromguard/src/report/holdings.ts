import { type Holding, type Listing, listingToJson } from "@fromguard/core";
import { toAsciiJson } from "../serve/log.js";
import { type Style, visible } from "./style.js";
import { formatTable } from "./table.js";

/** A column that differs between holdings: the logins of an address, or the addresses of a login. */
export type Asked = "login" | "address";

/** Statements are told on a line each; a terminal breaks longer ones. */
const MAX_REASON = 1000;

const RIGHTS: Readonly<Record<Holding["right"], string>> = {
  "send-as": "send as",
  "send-on-behalf": "on behalf, beside an own Sender",
};

/** Holdings for a reader: who or what, by which right, and the statements that lead there with their places. */
export function holdingsInWords({ holdings }: Listing, column: Asked, style: Style): string {
  const columns = [
    { title: column, maxWidth: 60 },
    { title: "may", maxWidth: 32 },
    { title: "because", maxWidth: MAX_REASON },
  ];
  const rows = holdings.map((holding) => [
    { lines: [visible(holding[column])] },
    { lines: [rightOf(holding)] },
    { lines: because(holding).map(visible), paint: (text: string) => style.dim(text) },
  ]);
  return `${formatTable(columns, rows, (title) => style.bold(title)).trimEnd()}\n`;
}

/** One line of JSON. */
export function holdingsToJson(listing: Listing): string {
  return toAsciiJson(listingToJson(listing));
}

/** A line of a pattern table whose answer holds captures names the login for some of the addresses that match, unless the login stands in it. */
function rightOf({ right, address, evidence }: Holding): string {
  const { pattern, result } = evidence();
  return pattern === address && result?.includes("$") ? `${RIGHTS[right]}, where that is the login` : RIGHTS[right];
}

/** The statements on the way, or the line of the map. */
function because({ evidence }: Holding): readonly string[] {
  const { path = [], source, file, line, pattern, key, result } = evidence();
  if (path.length > 0) return path;
  const where = file === undefined ? (source ?? "") : line === undefined ? file : `${file}:${line}`;
  const what = pattern ?? key;
  return [[where, what, result].filter((part) => part !== undefined).join("  ")];
}
