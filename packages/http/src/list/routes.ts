import { type Directory, type Listing, listingToJson, parsePath, printable } from "@fromguard/core";
import { type Answer, type Incoming, jsonAnswer } from "../exchange.js";
import { problemAnswer } from "../problem.js";
import type { Route } from "../route.js";
import type { Service } from "../service.js";
import { MAY, WHO } from "./operations.js";

/** Characters of an address or login that is asked about. */
const MAX_ASKED = 1000;

/** `GET /v1/who/{address}` and `GET /v1/may/{login}`. */
export function listRoutes({ directory }: Service): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/who/{address}",
      needs: "list",
      operation: WHO,
      answer: (incoming, { parameter }) => {
        const path = parsePath(parameter);
        if (path.kind !== "mailbox" || parameter.length > MAX_ASKED) {
          return problemAnswer({ status: 422, detail: `${printable(parameter, 60)} is no address` });
        }
        return listing(directory, (known) => known.owners(path.mailbox, incoming));
      },
    },
    {
      method: "GET",
      path: "/v1/may/{login}",
      needs: "list",
      operation: MAY,
      answer: (incoming: Incoming, { parameter }) =>
        parameter.length > MAX_ASKED
          ? problemAnswer({ status: 422, detail: `a login has at most ${MAX_ASKED} characters` })
          : listing(directory, (known) => known.addresses(parameter, incoming)),
    },
  ];
}

async function listing(
  directory: Directory | undefined,
  ask: (directory: Directory) => Listing | Promise<Listing>,
): Promise<Answer> {
  if (directory === undefined) return problemAnswer({ status: 404, detail: "there is no source of ownership to list" });
  return jsonAnswer(listingToJson(await ask(directory)));
}
