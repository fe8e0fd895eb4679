/** What bob asks a milter for in ann's name. */
export const FORGED = {
  login: "bob",
  mailFrom: "<ann@example.com>",
  recipient: "x@example.com",
  message: "From: ann@example.com\r\n\r\n",
} as const;
