import { z } from "zod";

/** Text that says something. */
export const text = z.string().min(1, "must not be empty");

/** At least one of them. */
export const texts = z.array(text).min(1);

/** One, or a list. */
export const oneOrMore = z.union([text, texts]).transform((value) => (typeof value === "string" ? [value] : value));
