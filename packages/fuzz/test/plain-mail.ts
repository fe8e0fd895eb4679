/** Plain mail, and what every reader shows of it. */
export const FOLDED = {
  raw: Buffer.from(
    "Subject: x\r\nFrom: =?utf-8?q?J=C3=B6rg?=\r\n <alice@example.com>\r\nSender: bob@example.com\r\n\r\nhello\r\n",
  ),
  addresses: ["alice@example.com", "bob@example.com"],
};

/** The same. */
export const SECOND = { raw: Buffer.from("From: carol@example.com\r\n\r\n"), addresses: ["carol@example.com"] };
