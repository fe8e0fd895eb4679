/** In what a header section may be large. */
export const FORMS = [
  "fields",
  "folded line ends",
  "display name",
  "encoded-words",
  "mailboxes",
  "comments",
  "nested comments",
  "quoted pairs",
] as const;

/** One of {@link FORMS}. */
export type Form = (typeof FORMS)[number];

const OWN = "user0@example.com";

/** What repeats, before and behind which the form has what makes it whole. */
const PARTS: Readonly<Record<Form, readonly [before: string, again: string, behind: string]>> = {
  fields: [`From: ${OWN}\r\n`, "X-Trace: one of many\r\n", ""],
  "folded line ends": [`From: ${OWN}\r\nSubject: x`, "\r\n more of it", "\r\n"],
  "display name": ["From: A", "\r\n word", `\r\n <${OWN}>\r\n`],
  "encoded-words": ["From: =?utf-8?Q?A?=", "\r\n =?utf-8?Q?caf=C3=A9?=", `\r\n <${OWN}>\r\n`],
  mailboxes: [`Sender: ${OWN}\r\nFrom: ${OWN}`, `,\r\n User <${OWN}>`, "\r\n"],
  comments: ["From: A", "\r\n (note)", `\r\n <${OWN}>\r\n`],
  "nested comments": ["From: A ", "(", `)\r\n <${OWN}>\r\n`],
  "quoted pairs": ['From: "A', "\r\n \\b\\c", `"\r\n <${OWN}>\r\n`],
};

/** A header section of about as many octets, honest but for its size. */
export function message(form: Form, octets: number): Uint8Array {
  const [before, again, behind] = PARTS[form];
  const count = Math.max(0, Math.round((octets - before.length - behind.length) / again.length));
  if (form !== "nested comments") return encode(`${before}${again.repeat(count)}${behind}\r\n`);
  const half = Math.trunc(count / 2);
  return encode(`${before}${"(".repeat(half)}${")".repeat(half)}${behind.slice(1)}\r\n`);
}

/** The header section of a message as user agents and relays leave it: 20 fields, 2 kB. */
export function submission(index: number): Uint8Array {
  const name = `user${index}`;
  const lines = [
    `Return-Path: <${name}@example.com>`,
    `Received: from client${index}.example.com (client${index}.example.com [192.0.2.${index}])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n\t key-exchange X25519 server-signature ECDSA (prime256v1))\r\n\tby mail.example.com (Postfix) with ESMTPSA id 4Wq${index}Zk1xGz9rvQ\r\n\tfor <someone@partner.test>; Tue, 24 Nov 2026 09:15:${10 + (index % 50)} +0000 (UTC)`,
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=2026;\r\n\tt=1795511700; h=from:from:reply-to:subject:subject:date:date:message-id:\r\n\t to:to:cc:mime-version:mime-version:content-type:content-type;\r\n\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\tb=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzRDq7Lx0fE\r\n\t 8hJ2Jq5m3w0bYpE0g8l4rYx0t9v3a7nS5c1dK6uO2iP4qR8sT1uV3wX5yZ7A9bC1dE3fG5hI7j",
    `Message-ID: <5f3d7c1e-9f0a-4c55-8d21-${String(index).padStart(12, "0")}@example.com>`,
    "Date: Tue, 24 Nov 2026 09:15:00 +0000",
    "MIME-Version: 1.0",
    "User-Agent: Mozilla Thunderbird",
    "Content-Language: en-GB, de-DE",
    `From: =?UTF-8?Q?Ren=C3=A9e_M=C3=BCller?= <${name}@example.com>`,
    "To: Someone Else <someone@partner.test>, Third Party <third@partner.test>",
    'Cc: "Doe, Jane" <jane.doe@partner.test>',
    `Reply-To: ${name}@example.com`,
    "Subject: =?UTF-8?Q?Angebot_f=C3=BCr_die_n=C3=A4chste_Woche_und_was_noch_fehlt?=",
    "References: <a1b2c3d4-0001@partner.test> <a1b2c3d4-0002@example.com>\r\n <a1b2c3d4-0003@partner.test>",
    "In-Reply-To: <a1b2c3d4-0003@partner.test>",
    "X-Priority: 3",
    "Organization: Example Company, Department of Offers",
    "Autocrypt: addr=user@example.com; keydata=mDMEYw1AABYJKwYBBAHaRw8BAQdAJ8l2m9qT7k\r\n 3vX5yZ7A9bC1dE3fG5hI7jK9lM1nO3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hI3jK5lM7nO9pQ1rS3t\r\n U5vW7xY9zA1bC3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hI5jK7lM9nO1pQ3rS\r\n tU5vW7xY9zA1bC3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hI5jK7lM9nO1pQ3r\r\n dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hI5jK7lM9nO1pQ3rSa1b2C3d4E5f6G7\r\n hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3h",
    "Content-Type: text/plain; charset=UTF-8; format=flowed",
    "Content-Transfer-Encoding: 8bit",
  ];
  return encode(`${lines.join("\r\n")}\r\n\r\n`);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
