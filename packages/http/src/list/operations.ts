import { type Operation, problems } from "../openapi/operation.js";
import { listingSchema } from "../schemas/listing.js";

const ANSWERS = {
  200: {
    description: "What is known, and what could not be found out.",
    content: { "application/json": listingSchema },
  },
  ...problems(401, 403, 404, 422, 429, 503),
};

export const WHO: Operation = {
  id: "who",
  summary: "Who may send as this address",
  parameters: [{ name: "address", in: "path", required: true, description: "The address, percent-encoded." }],
  answers: ANSWERS,
};

export const MAY: Operation = {
  id: "may",
  summary: "As what may this login send",
  parameters: [{ name: "login", in: "path", required: true, description: "The login, percent-encoded." }],
  answers: ANSWERS,
};
