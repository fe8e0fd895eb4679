import { expect, it } from "vitest";
import { messageFacts, readMessage } from "../../src/index.js";

const RAW = new TextEncoder().encode("From: ann@example.com\r\nTo: bob@example.org\r\n\r\nhello\n.\r\nbye\r\n");
const { headers, bodyAnomalies } = readMessage(RAW);

it("tells of header and body", () => {
  expect(bodyAnomalies.smugglingOffset).toBeDefined();
  expect(messageFacts(RAW)).toStrictEqual({ headers, bodyAnomalies });
  expect(messageFacts(RAW, { needsBody: true })).toStrictEqual({ headers, bodyAnomalies });
});

it("tells of the header alone where no rule needs the body", () => {
  expect(messageFacts(RAW, { needsBody: false })).toStrictEqual({ headers });
});

it.each([true, false])("keeps to the limits of the reader with needsBody: %s", (needsBody) => {
  const limited = messageFacts(RAW, { needsBody, readLimits: { maxFields: 1 } });
  expect(limited.headers.anomalies).toMatchObject([{ code: "header-too-long" }]);
  expect(limited.headers.fields).toHaveLength(1);
});
