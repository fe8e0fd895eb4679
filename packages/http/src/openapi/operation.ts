import type { z } from "zod";
import { problemSchema } from "../schemas/problem.js";

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "header";
  readonly description: string;
  readonly required?: boolean;
}

/** A body by its media type; undefined where it is octets or text of no schema. */
export type Content = Readonly<Record<string, z.ZodType | undefined>>;

/** What the API's document says of a route. Its schemas are those that validate. */
export interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly request?: Content;
  readonly answers: Readonly<Record<number, { readonly description: string; readonly content: Content }>>;
}

const PROBLEMS = {
  400: "The body is not what its type says, or broke off.",
  401: "No valid token, where one is needed.",
  403: "The token has not the right to ask that.",
  404: "There is nothing that could answer.",
  413: "The body is over its limit.",
  415: "A media type or compression that is not read.",
  422: "The body was read, and is not valid: `errors` says where.",
  429: "Too many requests; `Retry-After` says when the next may come.",
  503: "An error of ours, or not ready: take it for a deferral.",
} as const;

type Status = keyof typeof PROBLEMS;

/** The answers of an operation that are problems. */
export function problems(...statuses: readonly Status[]): Operation["answers"] {
  return refusals({ "application/problem+json": problemSchema }, ...statuses);
}

/** The answers to the same, of a protocol that tells problems otherwise. */
export function refusals(content: Content, ...statuses: readonly Status[]): Operation["answers"] {
  return Object.fromEntries(statuses.map((status) => [status, { description: PROBLEMS[status], content }]));
}
